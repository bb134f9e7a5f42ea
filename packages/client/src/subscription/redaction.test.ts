/** What a client shows of a publication that was taken back, live and when it comes back. */
import { channel, type Publication } from '@baro/core'
import { expect, test } from 'vitest'
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

test('a client whose definition does not say how asks for a snapshot at once, and is not live until it has it', () => {
  const { rig, subscription } = follow(chat)
  rig.reset(at(1), ['m1'])
  rig.deliver(1, [secret, message(3)])
  rig.deliver(3, [notice])
  expect(subscription.current.status).toMatchObject({ state: 'connecting' })
  expect(rig.link.sentOf('baro:subscribe').at(-1)).not.toHaveProperty('position')
  rig.reset(at(4), ['m1', 'm3'])
  expect(subscription.current.state).toEqual(['m1', 'm3'])
  expect(rig.logged.filter((line) => line.includes('reducer threw'))).toEqual([])
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
