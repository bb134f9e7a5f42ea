import { expect, test } from 'vitest'
import { linkParts } from '../../examples/site/components/room/link-parts.ts'

test.each([
  ['no address', []],
  ['see https://baro.example/a?b=c#d.', ['https://baro.example/a?b=c#d']],
  ['(https://baro.example/a_(b)), or http://x.kr!', ['https://baro.example/a_(b)', 'http://x.kr']],
  ['https://ko.wikipedia.org/wiki/한글 참고', ['https://ko.wikipedia.org/wiki/한글']],
  ['a https://one.example\nhttps://two.example b', ['https://one.example', 'https://two.example']],
  ['javascript:alert(1) data:text/html,x ftp://x.example http://', []],
  ['https://x.example/"onclick=alert(1)', ['https://x.example/']],
])('%j leads to %j', (text, addresses) => {
  const parts = linkParts(text)
  expect(parts.flatMap(({ href }) => href ?? [])).toEqual(addresses)
  expect(parts.map((part) => part.text).join('')).toBe(text)
})

test('I7: a text that is as long as a message may be, and made of nothing but brackets, takes no time', () => {
  const text = `https://x.example/${'('.repeat(1_000)}${')'.repeat(1_000)}!`
  expect(
    linkParts(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text)
})
