/** `safeHtml` by the parser of the HTML standard, which knows nothing of how it works. */
import { safeHtml } from '@baro/sanitize'
import { describe, expect, test } from 'vitest'
import { bypasses, harmlessAsTheyAre } from './bypasses.ts'
import { attributes, complaintsAbout, tags } from './complaints.ts'

const ofText = safeHtml().clean

/** All that can be allowed: who allows it is no less safe. */
const ofEverything = safeHtml({ allowedTags: [...tags], allowedAttributes: { '*': [...attributes] } }).clean

describe.each([
  ['text', ofText],
  ['all that can be allowed', ofEverything],
])('no script comes through HTML of %s by', (_, clean) => {
  test.each(Object.entries(bypasses))('%s', (_, html) => {
    const once = clean(html)
    expect(complaintsAbout(once)).toEqual([])
    expect(clean(once)).toBe(once)
  })
})

test('all others of these would do something if nobody cleaned them', () => {
  const idle = Object.entries(bypasses).filter(([, html]) => complaintsAbout(html).length === 0)
  expect(idle.map(([name]) => name)).toEqual(harmlessAsTheyAre)
})

test('texts, put together at random, come out harmless and stay as they are', () => {
  const parts = [
    ...[
      '<',
      '>',
      '</',
      '/>',
      '"',
      "'",
      '=',
      '&',
      ';',
      '#',
      ' ',
      '\n',
      '\u0000',
      '\u202e',
      '\u0338',
      '\u0301',
      '&#x338;',
      '&#x202e;',
    ],
    ...[
      '&lt;',
      '&amp;',
      '&#60;',
      '&#x3e;',
      '<!--',
      '-->',
      '--!>',
      '<b>',
      '</b>',
      '<a href=',
      'javascript:',
      '<p>',
      '<table>',
    ],
    ...[
      '<svg>',
      '<math>',
      '<style>',
      '</style>',
      '<noscript>',
      '</noscript>',
      '<textarea>',
      '<iframe>',
      '<select>',
      'onclick=hit()',
    ],
    ...[
      '<img src=x ',
      'title="',
      'e',
      '한',
      'ㅎ',
      '<xmp>',
      '<![CDATA[',
      ']]>',
      '<template>',
      '<ol start=',
      '\ud800',
      '<td>',
    ],
  ]
  // Numerical Recipes: the same texts at every run.
  let seed = 7
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  for (let round = 0; round < 4_000; round++) {
    const html = Array.from({ length: 2 + next(14) }, () => parts[next(parts.length)]).join('')
    for (const clean of [ofText, ofEverything]) {
      const once = clean(html)
      expect(complaintsAbout(once), JSON.stringify(html)).toEqual([])
      expect(clean(once), JSON.stringify(html)).toBe(once)
    }
  }
})
