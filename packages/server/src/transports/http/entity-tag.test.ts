import { describe, expect, test } from 'vitest'
import { entityTag, matchingTag, positionInTag } from './entity-tag.ts'

const position = '1a.epoch.42.aB_-9x'

describe('an entity tag', () => {
  test('is strong, begins with the position, and differs with every variant', () => {
    expect(entityTag(position, [])).toBe(`"${position}"`)
    expect(entityTag(position, ['more', 'gzip'])).toBe(`"${position}+more+gzip"`)
  })

  test.each([`"${position}"`, `W/"${position}"`, ` "${position}+more+gzip" `])('%s names the position', (tag) => {
    expect(positionInTag(tag)).toBe(position)
  })

  test.each([undefined, '', '*', position, `"${position}", "other"`, [`"${position}"`]])('%j names none', (header) => {
    expect(positionInTag(header)).toBeUndefined()
  })

  test.each([
    [`"${position}"`, `"${position}"`],
    [`W/"${position}"`, `W/"${position}"`],
    [`"other", "${position}"`, `"${position}"`],
    [`"${position}+gzip"`, `"${position}+gzip"`],
    ['*', `"${position}"`],
  ])('is matched by %s, as its sender wrote it', (header, kept) => {
    expect(matchingTag(header, `"${position}"`)).toBe(kept)
  })

  test.each([undefined, '', '"other"', position, `"${position}+more"`])('is not matched by %j', (header) => {
    expect(matchingTag(header, `"${position}"`)).toBeUndefined()
  })

  test('of a zipped answer is matched by that of a plain one', () => {
    expect(matchingTag(`"${position}"`, `"${position}+gzip"`)).toBe(`"${position}"`)
  })
})
