import { expect, test } from 'vitest'
import { moveClients } from './moving-clients.ts'

test('the clients of a node that is gone recover on another one, and history is read for each channel, not for each client', async () => {
  const { reads, recovered, resets } = await moveClients(120, 3)
  expect([recovered, resets]).toEqual([120, 0])
  // To open the feed of each channel, and for positions from which several come together.
  expect(reads).toBeLessThanOrEqual(8 * 3)
}, 120_000)
