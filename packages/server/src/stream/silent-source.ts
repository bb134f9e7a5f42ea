import type { StreamSource } from '@baro/core/broker'

const start = { offset: 0, check: '' }

/** A stream in which nothing ever happens: the same on every node, so that whoever follows it continues anywhere. */
export const silentSource: StreamSource = {
  read: async () => ({ epoch: 'here', head: start, floor: 0, from: start, publications: [], upTo: start }),
  follow: async () => () => {},
}
