import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A name under which a package is imported. */
export interface Door {
  /** For example `@baro/core/broker`. */
  readonly name: string
  /** Its source, an absolute path. */
  readonly source: string
}

/** A package with its doors, the front door first. */
export interface Package {
  readonly name: string
  readonly description: string
  readonly doors: readonly Door[]
}

interface Manifest {
  readonly name: string
  readonly description: string
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>
}

/** Every package, with the doors that have types. */
export function packages(): readonly Package[] {
  return readdirSync(join(root, 'packages')).map((folder) => {
    const path = join(root, 'packages', folder)
    const { name, description, exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest
    const doors = Object.entries(exports).flatMap(([door, target]) => {
      const source = typeof target === 'object' ? target['baro-source'] : undefined
      return typeof source === 'string' ? [{ name: name + door.slice(1), source: join(path, source) }] : []
    })
    return { name, description, doors }
  })
}
