/** `npm test`: brings up what the tests need, then runs the whole check. */
import { spawnSync } from 'node:child_process'
import { chromium } from './services/chromium.ts'
import { curl } from './services/curl.ts'
import { postgres } from './services/postgres.ts'
import { redis } from './services/redis.ts'
import type { Service } from './services/service.ts'

const services: readonly Service[] = [chromium, curl, postgres, redis]

function prepare(): NodeJS.ProcessEnv {
  const env = { ...process.env }
  for (const service of services) Object.assign(env, service.prepare())
  return env
}

try {
  const { status } = spawnSync('npm', ['run', 'check'], { stdio: 'inherit', env: prepare() })
  process.exitCode = status ?? 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
