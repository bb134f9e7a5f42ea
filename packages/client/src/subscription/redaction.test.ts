/** What a client shows of a publication that was taken back, live and when it comes back. */
import { channel, type Publication } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { at, chat, lobby, message } from '../../test/chat.ts'
import { Rig } from '../../test/rig.ts'

interface Line {
  readonly id: string
  readonly text?: string
}

/** Something stands for what was taken back. */
const kind = channel('chat:{id}', {
  events: chat.events,
  state: {
    initial: (): Line[] => [],
    on: { message: (list, { id, payload }) => [...list, { id, text: payload.text }] },
    redact: (list, { id, time }) =>
      time === undefined ? list.map((line) => (line.id === id ? { id } : line)) : [...list, { id }],
  },
})

const secret = message(2, { text: 'a secret' })
const notice: Publication = {
  ...message(4),
  type: 'baro:redacted',
  payload: { id: secret.id, offset: 2, reason: 'abuse' },
}
const { by: _, ...bare } = secret
const tombstone: Publication = { ...bare, type: 'baro:tombstone', payload: { reason: 'abuse' } }

function follow(definition: typeof chat | typeof kind) {
  const rig = new Rig()
  const subscription = rig.client.subscribe(definition as typeof chat, lobby)
  rig.connect()
  return { rig, subscription }
}

test('a live client loses it by the reducer of the definition, and one that was away shows the same', () => {
  const { rig, subscription } = follow(kind)
  rig.reset(at(0), [])
  rig.deliver(0, [message(1), secret, message(3)])
  expect(JSON.stringify(subscription.current.state)).toContain('a secret')
  rig.deliver(3, [notice])
  expect(JSON.stringify(subscription.current.state)).not.toContain('a secret')
  expect(rig.link.sentOf('baro:subscribe')).toHaveLength(1)
  const late = follow(kind)
  late.rig.reset(at(0), [])
  late.rig.deliver(0, [message(1), tombstone, message(3), notice])
  expect(late.subscription.current.state).toEqual(subscription.current.state)
  expect(subscription.current.state).toHaveLength(3)
})

describe('a client whose definition does not say how', () => {
  function spoiled() {
    const { rig, subscription } = follow(chat)
    rig.reset(at(1), ['m1'])
    rig.deliver(1, [secret, message(3)])
    const shown: unknown[] = []
    subscription.onChange(({ state }) => shown.push(state))
    rig.deliver(3, [notice])
    return { rig, subscription, shown }
  }

  test('shows nothing of it any more, says so, and asks for a snapshot at once', () => {
    const { rig, subscription, shown } = spoiled()
    expect(JSON.stringify(shown)).not.toContain('a secret')
    expect(subscription.current).toMatchObject({ state: [], status: { state: 'connecting' }, position: undefined })
    expect(rig.link.sentOf('baro:subscribe').at(-1)).not.toHaveProperty('position')
    rig.reset(at(4), ['m1', 'm3'])
    expect(subscription.current).toMatchObject({ state: ['m1', 'm3'], status: { state: 'live' }, position: at(4) })
    expect(rig.logged.filter((line) => line.includes('reducer threw'))).toEqual([])
  })

  test('does not go on from where it stood if the link breaks before the snapshot is there', () => {
    const { rig, subscription } = spoiled()
    rig.link.drop()
    expect(subscription.current.state).toEqual([])
    rig.reconnect()
    expect(rig.link.sentOf('baro:subscribe').at(-1)).not.toHaveProperty('position')
    rig.reset(at(4), ['m1', 'm3'])
    expect(subscription.current.state).toEqual(['m1', 'm3'])
  })

  test('shows a newer page meanwhile, and no older one', () => {
    const { subscription } = spoiled()
    subscription.offer({ ...lobby, position: at(3), version: chat.version, value: ['m1', 'a secret', 'm3'] })
    expect(subscription.current.state).toEqual([])
    subscription.offer({ ...lobby, position: at(5), version: chat.version, value: ['m1', 'm3', 'm5'] })
    expect(subscription.current).toMatchObject({ state: ['m1', 'm3', 'm5'], position: at(5) })
  })
})

test('what is optimistic is gone with the notice too, where its own place was never read', () => {
  const { rig, subscription } = follow(kind)
  rig.reset(at(1), [])
  void subscription.publish('message', { text: 'a secret' }).catch(() => {})
  const [{ id = '' } = {}] = rig.link.sentOf('baro:publish') as readonly { id?: string }[]
  rig.reset(at(3), [{ id, text: 'a secret' }] as never)
  rig.deliver(3, [{ ...notice, payload: { id, offset: 2 } }])
  expect(JSON.stringify(subscription.current)).not.toContain('a secret')
})

test('what is optimistic is gone with its tombstone', () => {
  const { rig, subscription } = follow(chat)
  rig.reset(at(1), ['m1'])
  void subscription.publish('message', { text: 'a secret' }).catch(() => {})
  const [{ id = '' } = {}] = rig.link.sentOf('baro:publish') as readonly { id?: string }[]
  expect(subscription.current.state).toEqual(['m1', 'a secret'])
  rig.deliver(1, [{ ...tombstone, id }])
  expect(subscription.current.state).toEqual(['m1'])
})
