import type { Attack } from './attack.ts'
import { sessionOf } from './invented-names.ts'
import { positionOf } from './position-of.ts'
import { flood } from './requests.ts'
import { get, post } from './wire.ts'

const subscribe = (channel: string, position?: string) => ({
  type: 'baro:subscribe',
  payload: { channel, attempt: 1, version: '1', ...(position && { position }) },
})

export const floods: readonly Attack[] = [
  {
    name: 'post-flood',
    what: 'publishes by plain POST',
    keepsBytes: 8 << 20,
    run: (assault) =>
      flood(assault, 8, (index) =>
        post('/baro/channels/room:1', { type: 'said', payload: { from: 'attacker', n: index } }),
      ),
  },
  {
    name: 'connect-bursts',
    what: 'POST connect with 100 requests to a handler in each',
    run: (assault) =>
      flood(assault, 8, (index) =>
        post(
          '/baro/connect?wait=0',
          sessionOf(
            'the-same-guest-0',
            Array.from({ length: 100 }, (_, each) => ({
              type: 'baro:request',
              payload: { id: `r${index}-${each}`, channel: 'room:1', type: 'echo', payload: 'hello' },
            })),
          ),
        ),
      ),
  },
  {
    name: 'connect-and-subscribe',
    what: 'POST connect with 100 subscribes in each',
    run: (assault) =>
      flood(assault, 8, () =>
        post(
          '/baro/connect?wait=0',
          sessionOf(
            'the-same-guest-0',
            Array.from({ length: 100 }, (_, each) => subscribe(`room:${each}`)),
          ),
        ),
      ),
  },
  {
    name: 'long-poll-flood',
    what: '1,000 connections with a long poll each, asked again whenever it is answered',
    run: async (assault) => {
      const position = await positionOf(assault.port, 'room:1')
      await assault.crowd(1_000, async (wire) => {
        for (let asked = 1; assault.isOn && wire.isOpen; asked++) {
          await wire.write(get(`/baro/channels/room:1?wait=25&after=${position}`))
          await wire.answers(asked)
        }
      })
    },
  },
  {
    name: 'unknown-positions',
    what: 'GETs from positions of epochs that never were: a reset with a snapshot for each',
    run: (assault) =>
      flood(assault, 8, (index) => get(`/baro/channels/room:1?after=1a.never${index}.${index + 1}.aaaaaa`)),
  },
  {
    name: 'read-back',
    what: 'GETs of all of the history, backwards',
    run: async (assault) => {
      const position = await positionOf(assault.port, 'room:1')
      await flood(assault, 8, (index) => get(`/baro/channels/room:1?before=${position}&limit=${500 - (index % 400)}`))
    },
  },
  {
    name: 'zipped-states',
    what: 'GETs of a state, to be compressed',
    run: (assault) => flood(assault, 8, () => get('/baro/channels/room:1', ['Accept-Encoding: gzip'])),
  },
  {
    name: 'health-flood',
    what: 'GETs of the health page',
    run: (assault) => flood(assault, 8, () => get('/baro/health')),
  },
]
