import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { kinds } from '../../examples/site/channels/compat.ts'
import { agreementOf } from '../../examples/site/components/compat/agreement.ts'
import { began, heard } from '../../examples/site/components/compat/heard.ts'
import { codeOf } from '../../examples/site/components/compat/lines.ts'

const listsOf = (...texts: readonly string[]) => texts.map((text) => [...text])

test.each([
  [['', '', '', ''], { kind: 'same', count: 0 }],
  [['abc', 'abc', 'abc', 'abc'], { kind: 'same', count: 3 }],
  // One that has begun with nothing, or has not got the newest yet, is behind.
  [['abc', '', 'ab', 'abc'], { kind: 'behind', lists: [1, 2] }],
  // Each keeps as many: whoever has the newest has left out the oldest.
  [['bcd', 'abc', 'bcd', 'bcd'], { kind: 'behind', lists: [1] }],
  [['abc', 'acb', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'ac', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'bc', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'abbc', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'abcc', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'abd', 'abc', 'abc'], { kind: 'different' }],
  [['abc', 'xyz', 'abc', 'abc'], { kind: 'different' }],
])('%j: %j', (texts, agreement) => {
  expect(agreementOf(listsOf(...texts))).toEqual(agreement)
})

const message = (id: string) => ({ id, from: 'sdk', text: `text of ${id}` }) as const

test('a message of the list that a client begins with is shown once, though it comes once more behind it', () => {
  const { messages } = ['a', 'b'].reduce((all, id) => heard(all, message(id)), began([message('a')]))
  expect(messages.map(({ id }) => id)).toEqual(['a', 'b'])
})

test('a message that comes twice is shown twice', () => {
  const { messages } = ['b', 'b'].reduce((all, id) => heard(all, message(id)), began([]))
  expect(messages.map(({ id }) => id)).toEqual(['b', 'b'])
})

test.each(kinds)('the lines that the page shows of %s stand in its file', (kind) => {
  const { file, lines } = codeOf[kind]
  const text = readFileSync(new URL(`../../examples/site/${file}`, import.meta.url), 'utf8')
  for (const line of lines) expect(text).toContain(line)
})
