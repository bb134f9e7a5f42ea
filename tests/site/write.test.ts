/** A text that several people write: what the server lets in, what the state is, and what an editor does with its field. */
import { liveValue } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { draft, maxUpdateBytes, textOf, updatesOf } from '../../examples/site/channels/write.ts'
import { piecesOf, textChange } from '../../examples/site/components/write/text-change.ts'
import { openWrite } from '../../examples/site/server/write/open-write.ts'

const place = draft({ id: 'test' })

let hub: Hub
beforeEach(() => {
  hub = createHub({ channels: [draft] })
  openWrite(hub)
})
afterEach(() => hub.close())

const stateOf = async () => liveValue((await hub.snapshot(place)).value)
const textNow = async () => textOf(await stateOf())

/** Somebody with a document of their own. */
function writer(name: string) {
  const doc = new Y.Doc()
  const who = hub.open({ user: { id: name } })
  return {
    doc,
    who,
    text: doc.getText('text'),
    send: (update: Uint8Array) =>
      who.publish(place, 'update', { update: update as Uint8Array<ArrayBuffer> }).then(
        () => 'taken',
        ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
      ),
    /** What a change of the document is, as an update. */
    change(change: (text: Y.Text) => void): Uint8Array {
      let made: Uint8Array = new Uint8Array()
      const keep = (update: Uint8Array) => {
        made = update
      }
      doc.on('update', keep)
      doc.transact(() => change(doc.getText('text')))
      doc.off('update', keep)
      return made
    },
    async pull() {
      for (const update of updatesOf(await stateOf())) Y.applyUpdate(doc, update)
    },
  }
}

describe('a shared text', () => {
  test('is what both have written, whoever was first, and a Hangul text survives', async () => {
    const [ada, eve] = [writer('ada'), writer('eve')]
    expect(await ada.send(ada.change((text) => text.insert(0, '한글 🚄\n\t')))).toBe('taken')
    await eve.pull()
    const [one, two] = [ada.change((text) => text.insert(0, 'A')), eve.change((text) => text.delete(0, 2))]
    expect([await ada.send(one), await eve.send(two)]).toEqual(['taken', 'taken'])
    for (const each of [ada, eve]) await each.pull()
    expect([ada.text.toString(), eve.text.toString(), await textNow()]).toEqual(Array(3).fill('A 🚄\n\t'))
  })

  test('is merged after 100 updates, and after 64 kB', async () => {
    const ada = writer('ada')
    for (let index = 0; index < 100; index++) {
      expect((await stateOf()).tail).toHaveLength(index)
      expect(await ada.send(ada.change((text) => text.insert(text.length, 'x')))).toBe('taken')
    }
    expect((await stateOf()).tail).toHaveLength(0)
    // A hundred letters by one hand are one piece: less than two bytes each.
    expect((await stateOf()).base?.length).toBeLessThan(200)
    for (let index = 0; index < 3; index++) await ada.send(ada.change((text) => text.insert(0, 'y'.repeat(30_000))))
    expect((await stateOf()).tail).toHaveLength(0)
    expect(await textNow()).toBe(ada.text.toString())
  })

  test('is the same after its history is trimmed', async () => {
    const ada = writer('ada')
    for (let index = 0; index < 620; index++) await ada.send(ada.change((text) => text.insert(index, `${index % 10}`)))
    const eve = writer('eve')
    await eve.pull()
    expect(eve.text.toString()).toBe(ada.text.toString())
  })
})

describe('an update is refused, and nothing is changed by it', () => {
  const bytes = (...list: number[]) => Uint8Array.from(list)
  let ada: ReturnType<typeof writer>
  let eve: ReturnType<typeof writer>
  beforeEach(async () => {
    ada = writer('ada')
    eve = writer('eve')
    await ada.send(ada.change((text) => text.insert(0, 'hello')))
    await eve.pull()
  })
  afterEach(async () => {
    expect(await textNow()).toBe('hello')
    expect(await ada.send(ada.change((text) => text.insert(5, '!')))).toBe('taken')
    expect(await textNow()).toBe('hello!')
  })

  test.each<[string, Uint8Array]>([
    ['garbage', bytes(1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ['one byte', bytes(255)],
    ['counts that never end', bytes(255, 255, 255, 255, 255, 255, 255, 15)],
    [
      'a struct of 2^50 deleted letters',
      bytes(1, 1, 7, 0, 1, 1, 4, 116, 101, 120, 116, 255, 255, 255, 255, 255, 255, 255, 1, 0),
    ],
    ['nothing at all', bytes(0, 0)],
  ])('that is %s', async (_, update) => {
    expect(await eve.send(update)).toMatch(/^not-accepted/)
  })

  test('that is empty, or larger than one may be, or of 10 MB', async () => {
    for (const length of [0, maxUpdateBytes + 1, 10 << 20])
      expect(await eve.send(new Uint8Array(length))).toMatch(/^(?:invalid-payload|too-large)/)
  })

  test.each<[string, (doc: Y.Doc) => void]>([
    ['a map', (doc) => doc.getMap('text').set('a', 1)],
    ['another text', (doc) => doc.getText('other').insert(0, 'x')],
    ['a format', (doc) => doc.getText('text').format(0, 5, { bold: true })],
    ['an embed', (doc) => doc.getText('text').insertEmbed(0, { a: 1 })],
    [
      'types in types',
      (doc) => {
        let inner = doc.getArray<unknown>('text') as Y.Array<unknown>
        for (let depth = 0; depth < 500; depth++) {
          const next = new Y.Array<unknown>()
          inner.insert(0, [next])
          inner = next
        }
      },
    ],
    ['an attribute', (doc) => doc.getText('text').setAttribute('a', 1)],
    ['a carriage return', (doc) => doc.getText('text').insert(0, 'a\r\n')],
    ['a null', (doc) => doc.getText('text').insert(0, 'a\u0000')],
  ])('that holds %s', async (_, change) => {
    const fresh = new Y.Doc()
    change(fresh)
    const update = Y.encodeStateAsUpdate(fresh)
    expect(update.length).toBeLessThan(maxUpdateBytes)
    expect(await eve.send(update)).toMatch(/^not-accepted/)
  })

  test('that leaves a gap, comes twice, or stands beside text that is not here', async () => {
    const [first, second] = [eve.change((text) => text.insert(0, 'a')), eve.change((text) => text.insert(1, 'b'))]
    expect(await eve.send(second)).toMatch(/^not-accepted: .*does not continue/)
    const other = writer('bob')
    await other.pull()
    Y.applyUpdate(other.doc, first)
    expect(await other.send(other.change((text) => text.insert(1, 'c')))).toMatch(/^not-accepted: .*beside/)
    expect(await other.send(other.change((text) => text.delete(0, 1)))).toMatch(/^not-accepted: .*deletes/)
    const twice = Y.encodeStateAsUpdate(ada.doc)
    expect(await ada.send(twice)).toMatch(/^not-accepted: .*does not continue/)
  })

  test('that is made under the client id of somebody else', async () => {
    eve.doc.clientID = ada.doc.clientID
    expect(await eve.send(eve.change((text) => text.insert(0, 'I am Ada')))).toMatch(/^not-accepted: .*somebody else/)
    const fresh = new Y.Doc()
    fresh.clientID = ada.doc.clientID
    fresh.getText('text').insert(0, 'other')
    expect(await eve.send(Y.encodeStateAsUpdate(fresh))).toMatch(/^not-accepted/)
  })

  test('that is of several clients', async () => {
    const [one, two] = [new Y.Doc(), new Y.Doc()]
    one.getText('text').insert(0, 'a')
    two.getText('text').insert(0, 'b')
    const both = Y.mergeUpdates([Y.encodeStateAsUpdate(one), Y.encodeStateAsUpdate(two)])
    expect(await eve.send(both)).toMatch(/^not-accepted: .*several/)
  })
})

describe('what somebody did to a field', () => {
  test.each<[string, string, number, ReturnType<typeof textChange>]>([
    ['', 'a', 1, { at: 0, deleted: 0, inserted: 'a' }],
    ['ab', 'aab', 1, { at: 0, deleted: 0, inserted: 'a' }],
    ['ab', 'aab', 2, { at: 1, deleted: 0, inserted: 'a' }],
    ['aaa', 'aa', 1, { at: 1, deleted: 1, inserted: '' }],
    ['hello world', 'hello 바로 world', 9, { at: 6, deleted: 0, inserted: '바로 ' }],
    ['하', '한', 1, { at: 0, deleted: 1, inserted: '한' }],
    ['abc', '', 0, { at: 0, deleted: 3, inserted: '' }],
    // Both begin with the same half.
    ['😀', '😁', 2, { at: 0, deleted: 2, inserted: '😁' }],
    ['x😀', 'x🙂😀', 3, { at: 1, deleted: 0, inserted: '🙂' }],
    // Both end with the same half.
    ['\u{1F600}', '\u{1FA00}', 2, { at: 0, deleted: 2, inserted: '\u{1FA00}' }],
  ])('%j → %j, with the caret at %i', (before, after, caret, expected) => {
    const { at, deleted, inserted } = textChange(before, after, caret)
    expect(before.slice(0, at) + inserted + before.slice(at + deleted)).toBe(after)
    expect({ at, deleted, inserted }).toEqual(expected)
  })

  test('pieces of a text are short, and none is half a character', () => {
    const text = 'a😀b😀😀'
    expect(piecesOf(text, 2).join('')).toBe(text)
    expect(piecesOf(text, 2).every((piece) => piece.length <= 2 && !/\p{Surrogate}/u.test(piece))).toBe(true)
    expect(piecesOf('', 2)).toEqual([])
  })
})
