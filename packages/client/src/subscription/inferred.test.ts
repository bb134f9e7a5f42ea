import type { Snapshot, TypesOf } from '@baro/core'
import { describe, expectTypeOf, it } from 'vitest'
import { chat, lobby } from '../../test/chat.ts'
import type { Client } from '../client/client.ts'
import type { ChannelView } from './channel-view.ts'
import type { PublishReceipt, Subscription } from './subscription.ts'

type Chat = TypesOf<typeof chat>

// Nothing runs here: `npm run types` checks what these functions claim.
describe('the types of a subscription are those of its definition', () => {
  it('state, events, signals and requests', () => {
    const uses = async (client: Client, snapshot: Snapshot<Chat>): Promise<void> => {
      const subscription = client.subscribe(chat, snapshot)
      expectTypeOf(subscription).toEqualTypeOf<Subscription<Chat>>()
      expectTypeOf(subscription.current).toEqualTypeOf<ChannelView<Chat>>()
      expectTypeOf(subscription.current.state).toEqualTypeOf<string[]>()
      expectTypeOf(client.subscribe(chat, lobby).current.state).toEqualTypeOf<string[]>()
      expectTypeOf(client.peek(chat, lobby)).toEqualTypeOf<ChannelView<Chat> | undefined>()

      expectTypeOf(subscription.publish('message', { text: 'hello' })).resolves.toEqualTypeOf<PublishReceipt>()
      expectTypeOf(subscription.request('count', { from: 1 })).resolves.toEqualTypeOf<number>()
      subscription.signal('typing', { name: 'kim' })
      subscription.onSignal((signal) => {
        expectTypeOf(signal.type).toEqualTypeOf<'typing'>()
        expectTypeOf(signal.payload).toEqualTypeOf<{ name: string }>()
      })
      subscription.onPublication((publication) => {
        expectTypeOf(publication.type).toEqualTypeOf<'message' | 'broken' | 'silent'>()
        if (publication.type === 'message') expectTypeOf(publication.payload).toEqualTypeOf<{ text: string }>()
      })
    }
    expectTypeOf(uses).returns.resolves.toBeVoid()
  })

  it('what the definition does not have is no program', () => {
    const uses = (subscription: Subscription<Chat>, client: Client): void => {
      // @ts-expect-error there is no such event
      subscription.publish('mesage', { text: 'hello' })
      // @ts-expect-error the payload is another
      subscription.publish('message', { text: 42 })
      // @ts-expect-error an event is no signal
      subscription.signal('message', { text: 'hello' })
      // @ts-expect-error there is no such request
      subscription.request('sum', { from: 1 })
      // @ts-expect-error a snapshot of another channel's state
      client.subscribe(chat, {} as Snapshot<Omit<Chat, 'state'> & { state: number }>)
    }
    expectTypeOf(uses).returns.toBeVoid()
  })
})
