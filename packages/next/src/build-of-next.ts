import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The name that Next gave to the build that this process serves, if it is where Next puts it by default. */
export function buildOfNext(): string | undefined {
  try {
    const name = readFileSync(join(/* turbopackIgnore: true */ '.next', 'BUILD_ID'), 'utf8').trim()
    // `generateBuildId` may return anything. What cannot be a name tells no builds apart.
    return name.replace(/[^\w.-]/g, '-').slice(0, 128) || undefined
  } catch {
    return undefined
  }
}
