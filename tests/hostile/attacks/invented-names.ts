import type { Attack } from './attack.ts'
import { flood } from './requests.ts'
import { get, post } from './wire.ts'

const inventedChannels = 8_000

/** The first messages of a guest with a secret of its own, and then these. */
export const sessionOf = (client: string, messages: readonly object[]) => ({
  messages: [{ type: 'baro:connect', payload: { protocol: 1, client } }, ...messages],
})
const publish = (index: number, channel: string) => ({
  type: 'baro:publish',
  payload: {
    ...{ id: `p${index}`, channel, type: 'said', payload: { from: 'attacker', n: index } },
    ...{ producer: `t${index}`, number: 1, confirmed: 0 },
  },
})

export const inventedNames: readonly Attack[] = [
  {
    name: 'invented-secrets',
    what: 'guests, each with a client secret of its own and 200 publishes',
    keepsBytes: 64 << 20,
    run: (assault) =>
      flood(assault, 8, (index) =>
        post(
          '/baro/connect?wait=0',
          sessionOf(
            `invented-secret-${index}`,
            Array.from({ length: 200 }, (_, each) => publish(index * 200 + each, `room:${each % 8}`)),
          ),
        ),
      ),
  },
  {
    name: 'invented-channels',
    what: 'names with 50 kB each',
    keepsBytes: 256 << 20,
    run: (assault) => {
      const body = { type: 'put', payload: 'x'.repeat(50_000) }
      return flood(assault, 8, (index) => post(`/baro/channels/shelf:${index % inventedChannels}`, body))
    },
  },
  {
    name: 'invented-reads',
    what: 'GETs of channels that nobody has heard of, each another',
    run: (assault) => flood(assault, 8, (index) => get(`/baro/channels/room:invented-${index}`)),
  },
  {
    name: 'unknown-channels',
    what: 'GETs of names without a definition, and of paths that are none',
    run: (assault) =>
      flood(assault, 8, (index) =>
        get(index % 2 ? `/baro/channels/nothing:${index}` : `/baro/${'x'.repeat(2_000)}${index}`),
      ),
  },
  {
    name: 'invented-origins',
    what: 'requests from origins, each another',
    run: (assault) =>
      flood(assault, 8, (index) =>
        get('/baro/channels/room:1', [`Origin: https://${index}.${'x'.repeat(500)}.example`]),
      ),
  },
  {
    name: 'invented-users',
    what: 'POST connect with tokens that `auth` takes for users, each another',
    run: (assault) =>
      flood(assault, 8, (index) =>
        post('/baro/connect?wait=0', {
          messages: [
            { type: 'baro:connect', payload: { protocol: 1, client: 'a', token: `wrong-${index}` } },
            { type: 'baro:subscribe', payload: { channel: 'desk:1', attempt: 1, version: '1' } },
          ],
        }),
      ),
  },
]
