import { describe, expect, test } from 'vitest'
import { serve } from '../../test/http-stage.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { healthOf } from './health.ts'

const parts = (isStopping: boolean, health: 'ready' | 'degraded') => ({
  sessions: { isStopping },
  counters: { sessions: 3 },
  broker: { health: () => health },
})

describe('the health of a node', () => {
  test.each<[string, boolean, 'ready' | 'degraded', number, string, number]>([
    ['that works', false, 'ready', 200, 'ok', 0],
    ['that stops', true, 'ready', 503, 'draining', 1],
    ['whose broker is away: it stays with the balancer', false, 'degraded', 200, 'degraded', 1],
    ['that stops while its broker is away', true, 'degraded', 503, 'draining', 2],
  ])('%s is told with its reasons', (_, isStopping, broker, status, word, reasons) => {
    for (const asked of ['', '/ready']) {
      const answer = healthOf(parts(isStopping, broker), asked)
      expect(answer).toMatchObject({ status, body: { status: word, sessions: 3 } })
      expect(answer?.body.reasons ?? []).toHaveLength(reasons)
    }
  })

  test('is live as long as it answers, whatever else is wrong', () => {
    expect(healthOf(parts(true, 'degraded'), '/live')).toMatchObject({ status: 200, body: { status: 'live' } })
  })

  test('is served below the path of the hub, and nothing else is there', async () => {
    const broker = Object.assign(createMemoryBroker(), { health: () => 'degraded' as const })
    const { ask } = await serve({ broker })
    expect((await ask('/baro/health/live')).status).toBe(200)
    expect((await ask('/baro/health/ready')).status).toBe(200)
    expect((await ask('/baro/health/else')).status).toBe(404)
  })
})
