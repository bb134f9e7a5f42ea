import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOnPath, installByApt } from './command.ts'
import type { Service } from './service.ts'

const versions = '/usr/lib/postgresql'

/** The database of the tests: they find its programs in the folder `POSTGRES_BIN`, and start a server of their own. */
export const postgres: Service = {
  name: 'PostgreSQL',
  prepare() {
    const found = process.env.POSTGRES_BIN ?? folder() ?? installed()
    if (found === undefined || !existsSync(join(found, 'initdb')))
      throw new Error(
        'PostgreSQL is missing: install its server (on Debian `apt-get install postgresql`), or set POSTGRES_BIN to the folder with "initdb" and "postgres".',
      )
    return { POSTGRES_BIN: found }
  },
}

function folder(): string | undefined {
  const onPath = commandOnPath(['initdb'])
  if (onPath !== undefined) return join(onPath, '..')
  if (!existsSync(versions)) return undefined
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
}

function installed(): string | undefined {
  if (process.getuid?.() === 0) {
    // Else the package makes a cluster and starts it, which would be left running.
    mkdirSync('/etc/postgresql-common', { recursive: true })
    writeFileSync('/etc/postgresql-common/createcluster.conf', 'create_main_cluster = false\n')
  }
  return installByApt('PostgreSQL', ['postgresql']) ? folder() : undefined
}
