import type { Attack } from './attack.ts'
import { messageFrame, repeated } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { flood } from './requests.ts'
import { post } from './wire.ts'

/** The first message of a session of a user that `auth` lets in. */
const connectAs = (user: string) =>
  messageFrame('baro:connect', { protocol: 1, client: 'an-attacker-0000', token: `user-${user}` })
const refreshTo = (token: string) => messageFrame('baro:refresh', { token })

export const identity: readonly Attack[] = [
  {
    name: 'refresh-flood',
    what: 'a new token of the same user, again and again',
    run: (assault) => repeatFrames(assault, repeated(refreshTo('user-mallory'), 500), { first: connectAs('mallory') }),
  },
  {
    name: 'wrong-refreshes',
    what: 'tokens that `auth` takes for nobody’s, for a session that is open',
    run: (assault) => repeatFrames(assault, repeated(refreshTo('nobody'), 500)),
  },
  {
    name: 'changing-users',
    what: 'a session that becomes somebody else’s as soon as it is open, which ends it',
    run: (assault) =>
      assault.crowd(16, async (wire) => {
        await wire.upgrade()
        wire.listen()
        await wire.write(Buffer.concat([connectAs('mallory'), refreshTo('user-eve')]))
        await assault.pause(20)
      }),
  },
  {
    name: 'guessed-keys',
    what: 'publishes as the server, with server keys that are guessed',
    run: (assault) =>
      flood(assault, 8, (index) =>
        post('/baro/publish', { channel: 'room:1', type: 'said', payload: { from: 'attacker', n: index } }, [
          `Authorization: Bearer baro_orders_${index.toString(36).padStart(43, 'A')}`,
        ]),
      ),
  },
  {
    name: 'ruled-out',
    what: 'subscribes to channels whose rule says no',
    run: (assault) =>
      repeatFrames(
        assault,
        Buffer.concat(
          Array.from({ length: 500 }, (_, index) =>
            messageFrame('baro:subscribe', { channel: `desk:${index}`, attempt: 1, version: '1' }),
          ),
        ),
      ),
  },
  {
    name: 'long-tokens',
    what: 'sessions that begin with a token of 60 kB',
    run: (assault) =>
      assault.crowd(8, async (wire) => {
        await wire.upgrade()
        wire.listen()
        await wire.write(
          messageFrame('baro:connect', { protocol: 1, client: 'an-attacker-0000', token: 'x'.repeat(60_000) }),
        )
        await wire.gone()
      }),
  },
]
