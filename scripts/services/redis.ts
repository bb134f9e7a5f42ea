import { spawnSync } from 'node:child_process'
import { commandOnPath, installByApt } from './command.ts'
import type { Service } from './service.ts'

const commands = ['redis-server', 'valkey-server']

/** The server that nodes share. Each test starts its own, on a free port, with its data in a temporary folder; they find it in `REDIS_SERVER`. */
export const redis: Service = {
  name: 'Redis',
  prepare() {
    const found = process.env.REDIS_SERVER ?? commandOnPath(commands) ?? installed()
    if (found === undefined)
      throw new Error(
        'Redis is missing: install Redis 7 or Valkey (on Debian `apt-get install redis-server`), or set REDIS_SERVER to its path.',
      )
    if (spawnSync(found, ['--version']).status !== 0)
      throw new Error(`"${found}" is no redis-server that runs here: set REDIS_SERVER to the path of one.`)
    return { REDIS_SERVER: found }
  },
}

function installed(): string | undefined {
  return installByApt('Redis', ['redis-server']) ? commandOnPath(commands) : undefined
}
