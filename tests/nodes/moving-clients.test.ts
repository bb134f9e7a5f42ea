import { expect, test } from 'vitest'
import { moveClients } from './moving-clients.ts'

test('the clients of a node that is gone recover on another one, which reads the history of each channel once', async () => {
  const { reads, recovered, resets } = await moveClients(120, 3)
  expect([recovered, resets]).toEqual([120, 0])
  // The feed of each channel opens. From what it has read, and what came since, all are answered.
  expect(reads).toBe(3)
})
