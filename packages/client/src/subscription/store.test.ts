import { channel, type Publication, type Reference } from '@baro/core'
import { describe, expect, it } from 'vitest'
import { at, chat, lobby, message, messages, pageAt, texts } from '../../test/chat.ts'
import { addPending, advance, createStore, finishPending, offer, restart, type Store } from './store.ts'

const reject = (): never => {
  throw new Error('nothing should be skipped')
}
function forward(store: Store, publications: readonly Publication[], to: string): Store {
  return advance(store, chat, to, publications, reject)
}
const pendingOne = { id: 'mine', type: 'message', payload: { text: 'mine' }, time: 1 }

describe('a new store', () => {
  it('shows the value of the page at its position', () => {
    expect(createStore(chat, pageAt(3))).toMatchObject({ state: ['m1', 'm2', 'm3'], position: at(3) })
  })

  it('shows the beginning where there is only a reference', () => {
    expect(createStore(chat, lobby)).toMatchObject({ state: [], position: undefined })
  })

  it('shows the value of a page that was made without a hub, at position none', () => {
    const page = { ...pageAt(3), position: 'none' }
    expect(createStore(chat, page)).toMatchObject({ state: texts(1, 3), position: 'none' })
  })

  it('shows nothing where the channel has no state', () => {
    expect(createStore(channel('plain'), { channel: 'plain' }).state).toBeUndefined()
  })

  it('shows the value of another version, but neither continues from it nor folds onto it', () => {
    const store = createStore(chat, pageAt(3, { version: '2' }))
    expect(store).toMatchObject({ state: texts(1, 3), position: undefined })
    expect(addPending(store, chat, pendingOne).state).toEqual(texts(1, 3))
    const answered = restart(store, chat, at(5), texts(1, 5))
    expect(addPending(answered, chat, pendingOne).state).toEqual([...texts(1, 5), 'mine'])
  })
})

describe('bytes in a state', () => {
  const image = Uint8Array.of(0, 10, 255)
  const position = at(2)
  const page = (value: unknown) => ({ channel: 'chat:lobby', position, version: '1', value }) as Reference

  it('stand in a page as JSON, and are live in the store', () => {
    const value = { newest: [{ 'baro:bytes': 'AAr/' }], text: '{"baro:bytes":"AAr/"}' }
    const live = { newest: [image], text: value.text }
    expect(createStore(chat, page(value)).state).toStrictEqual(live)
    expect(offer(createStore(chat, lobby), chat, page(value))?.state).toStrictEqual(live)
    expect(offer(createStore(chat, pageAt(1)), chat, page(value))?.state).toStrictEqual(live)
  })

  it('change nothing for a value without any: it is shown as the page gave it', () => {
    const value = { text: 'baro:bytes', list: [{}] }
    expect(createStore(chat, page(value)).state).toBe(value)
  })

  it('are live in a reset, as the transport read them, whatever a text beside them says', () => {
    const value = { image, text: '{"baro:bytes":"AAr/"}' }
    expect(restart(createStore(chat, lobby), chat, position, value).state).toBe(value)
  })
})

describe('I3: what a page brings moves a store forward only', () => {
  const store = forward(createStore(chat, pageAt(3)), messages(4, 10), at(10))

  it('to a newer position of the same epoch', () => {
    expect(offer(store, chat, pageAt(12))).toMatchObject({ state: texts(1, 12), position: at(12) })
  })

  it.each<[string, Reference]>([
    ['an older one (router cache, back button)', pageAt(3)],
    ['the same one', pageAt(10)],
    ['one made without a hub', { ...pageAt(99), position: 'none' } as Reference],
    ['a plain reference', lobby],
  ])('never to %s, and nobody needs to be asked', (_, page) => {
    expect(offer(store, chat, page)).toBe(store)
  })

  it.each<[string, Reference]>([
    ['of another epoch', pageAt(99, { epoch: 'epoch2' })],
    ['of rewritten history', { ...pageAt(10), position: '1a.epoch1.10.other1' } as Reference],
    ['of another version', pageAt(99, { version: '2' })],
    ['with garbage for a position', { ...pageAt(99), position: 'garbage' } as Reference],
  ])('never to one %s: the hub must say what is true', (_, page) => {
    expect(offer(store, chat, page)).toBeUndefined()
  })

  it('any position is better than none', () => {
    const nowhere = createStore(chat, { ...pageAt(3), position: 'none' } as Reference)
    expect(offer(nowhere, chat, pageAt(2))).toMatchObject({ state: texts(1, 2), position: at(2) })
    expect(offer(createStore(chat, lobby), chat, pageAt(2))).toMatchObject({ position: at(2) })
    const foreign = createStore(chat, pageAt(3, { version: '2' }))
    expect(offer(foreign, chat, pageAt(2))).toMatchObject({ state: texts(1, 2), position: at(2), isForeign: false })
    expect(offer(nowhere, chat, pageAt(2, { version: '2' }))).toBe(nowhere)
  })
})

describe('publications', () => {
  it('are folded, and lead the store on', () => {
    const store = forward(createStore(chat, pageAt(2)), messages(3, 4), at(4))
    expect(store).toMatchObject({ state: texts(1, 4), confirmed: texts(1, 4), position: at(4) })
  })

  it('that no reducer takes move the position all the same', () => {
    const silent = { type: 'silent', payload: null, offset: 3, id: 'x', time: 0 }
    const store = createStore(chat, pageAt(2))
    const next = forward(store, [silent], at(3))
    expect(next.state).toBe(store.state)
    expect(next.position).toBe(at(3))
  })

  it('whose reducer throws are skipped, and told', () => {
    const broken = { type: 'broken', payload: null, offset: 3, id: 'x', time: 0 }
    const skipped: unknown[] = []
    const store = advance(createStore(chat, pageAt(2)), chat, at(4), [broken, message(4)], (publication, error) =>
      skipped.push(publication, String(error)),
    )
    expect(store.state).toEqual(['m1', 'm2', 'm4'])
    expect(skipped).toEqual([broken, 'Error: this reducer always throws'])
  })
})

describe('a publish that is not confirmed', () => {
  const store = addPending(createStore(chat, pageAt(2)), chat, pendingOne)

  it('is shown at once, on top of what is confirmed', () => {
    expect(store).toMatchObject({ state: ['m1', 'm2', 'mine'], confirmed: ['m1', 'm2'], position: at(2) })
  })

  it('stays on top of what comes before it', () => {
    expect(forward(store, messages(3, 4), at(4)).state).toEqual(['m1', 'm2', 'm3', 'm4', 'mine'])
  })

  it('is replaced by the publication with its id', () => {
    const confirmed = message(4, { id: 'mine', text: 'mine, cleaned' })
    const next = forward(store, [message(3), confirmed], at(4))
    expect(next).toMatchObject({ state: ['m1', 'm2', 'm3', 'mine, cleaned'], pending: [] })
  })

  it('is taken back if nothing came of it', () => {
    expect(finishPending(store, chat, 'mine', undefined)).toMatchObject({ state: ['m1', 'm2'], pending: [] })
  })

  it('is shown, once answered, until the store has come as far as the answer', () => {
    const answered = finishPending(store, chat, 'mine', at(4))
    expect(answered.state).toEqual(['m1', 'm2', 'mine'])
    expect(forward(answered, [message(3)], at(3)).state).toEqual(['m1', 'm2', 'm3', 'mine'])
    expect(forward(answered, messages(3, 4), at(4)).state).toEqual(['m1', 'm2', 'm3', 'm4'])
    expect(restart(answered, chat, at(4), texts(1, 4))).toMatchObject({ state: texts(1, 4), pending: [] })
    expect(restart(answered, chat, at(1, 'epoch2'), ['new life'])).toMatchObject({ state: ['new life'], pending: [] })
  })

  it('is taken back with the answer if the store is there already', () => {
    const ahead = forward(store, messages(3, 9), at(9))
    expect(finishPending(ahead, chat, 'mine', at(5))).toMatchObject({ state: texts(1, 9), pending: [] })
  })

  it('stays in order with others, and is there once even if it is published twice', () => {
    const two = addPending(store, chat, { ...pendingOne, id: 'other', payload: { text: 'other' } })
    expect(two.state).toEqual(['m1', 'm2', 'mine', 'other'])
    expect(addPending(store, chat, pendingOne)).toMatchObject({ state: ['m1', 'm2', 'mine'] })
    expect(finishPending(two, chat, 'mine', undefined).state).toEqual(['m1', 'm2', 'other'])
  })

  it('over a page of another version is shown once the hub has brought its own state, even if that is the same', () => {
    const counter = channel('counter', {
      events: { message: chat.events.message },
      state: { initial: () => 0, on: { message: (count) => count + 1 } },
    })
    const page = { channel: 'counter', position: at(2), version: 'other', value: 5 }
    const foreign = createStore(counter, page)
    const shown = addPending(foreign, counter, pendingOne)
    expect(shown.state).toBe(5)
    expect(restart(shown, counter, at(2), 5).state).toBe(6)
  })

  it('has the offset it will have if nothing comes before it, and is folded once however many follow', () => {
    const seen: number[] = []
    const watching = channel('watching', {
      events: { message: chat.events.message },
      state: {
        initial: () => 0,
        on: {
          message: (_, { offset }) => {
            seen.push(offset)
            return offset
          },
        },
      },
    })
    const page = { channel: 'watching', position: at(41), version: '1', value: 41 }
    const first = addPending(createStore(watching, page), watching, pendingOne)
    addPending(first, watching, { ...pendingOne, id: 'other' })
    expect(seen).toEqual([42, 43])
  })

  it('whose reducer throws is not shown', () => {
    expect(addPending(store, chat, { ...pendingOne, id: 'b', type: 'broken' }).state).toEqual(['m1', 'm2', 'mine'])
  })
})
