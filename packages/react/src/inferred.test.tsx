import type { Snapshot, TypesOf } from '@baro/core'
import { expectTypeOf, it } from 'vitest'
import { chat, lobby } from '../test/browser.ts'
import { useChannel } from './use-channel.ts'

// Nothing of this runs: `npm run types` checks what it claims.
async function useIt(initial: Snapshot<TypesOf<typeof chat>>): Promise<void> {
  const live = useChannel(chat, initial)
  expectTypeOf(live.state).toEqualTypeOf<string[]>()
  expectTypeOf(useChannel(chat, lobby).state).toEqualTypeOf<string[]>()
  expectTypeOf(live.pending).toEqualTypeOf<readonly string[]>()
  expectTypeOf(live.request('count', { from: 1 })).resolves.toBeNumber()
  live.publish('message', { text: 'hello' })
  live.signal('typing', { name: 'kim' })
  live.onSignal(({ payload }) => expectTypeOf(payload.name).toBeString())
  live.onPublication(({ payload }) => expectTypeOf(payload).toEqualTypeOf<{ text: string }>())
  // @ts-expect-error there is no such event
  live.publish('mesage', { text: 'hello' })
  // @ts-expect-error the payload is another
  live.signal('typing', { name: 42 })
}

it('the types of a live channel are those of its definition', () => {
  expectTypeOf(useIt).returns.resolves.toBeVoid()
})
