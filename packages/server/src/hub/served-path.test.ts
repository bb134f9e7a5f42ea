import { describe, expect, test } from 'vitest'
import { restBelow, servedPath } from './served-path.ts'

describe('the path of a hub', () => {
  test.each([
    ['/baro', '/baro'],
    ['/baro/', '/baro'],
    ['baro', '/baro'],
    ['baro//', '/baro'],
    ['/live/baro', '/live/baro'],
    ['/바로', '/%EB%B0%94%EB%A1%9C'],
    ['/%EB%B0%94%EB%A1%9C', '/%EB%B0%94%EB%A1%9C'],
    ['/my live', '/my%20live'],
    ['/', ''],
    ['', ''],
  ])('%j is served at %j', (given, served) => {
    expect(servedPath('createHub', given)).toBe(served)
  })

  test.each([
    ['/baro?x=1', 'no "?"'],
    ['/baro#x', 'no "?" and no "#"'],
    ['https://shop.example/baro', 'That is a URL'],
    ['//shop.example', 'does not keep'],
    ['/a//b', 'does not keep'],
    ['/a/../b', 'does not keep'],
    ['/.', 'does not keep'],
    ['/a\\b', 'does not keep'],
    ['/a\nb', 'does not keep'],
    ['/100%', 'does not begin a character'],
  ])('%j is refused at once', (given, why) => {
    const refused = () => servedPath('mount', given)
    expect(refused).toThrow(why)
    expect(refused).toThrow('mount: "path" is')
    expect(refused).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })
})

describe('the path of a request', () => {
  test.each([
    ['/baro', '/baro', ''],
    ['/baro', '/baro/connect', '/connect'],
    ['/baro', '/barometer', undefined],
    ['/baro', '/', undefined],
    ['/baro', '/BARO', undefined],
    ['', '/connect', '/connect'],
    ['', '', ''],
    ['/%EB%B0%94', '/%eb%b0%94/channels/room:%ed', '/channels/room:%ed'],
  ])('of a hub at %j, %j asks for %j', (path, pathname, rest) => {
    expect(restBelow(path, pathname)).toBe(rest)
  })
})
