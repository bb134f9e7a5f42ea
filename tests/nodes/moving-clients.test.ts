import { expect, test } from 'vitest'
import { moveClients } from './moving-clients.ts'

test('the clients of a node that is gone recover on another one, and history is read less often than once for each of them', async () => {
  const { reads, recovered, resets } = await moveClients(120, 3)
  expect([recovered, resets]).toEqual([120, 0])
  // To open the feed of each channel, and for all who come in one moment together. How many do is up to the machine.
  expect(reads).toBeLessThan(120)
}, 120_000)
