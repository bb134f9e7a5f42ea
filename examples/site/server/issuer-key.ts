import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const keyBytes = 32

/**
 * The key of the local issuer, as the environment holds it. It is made at the first start, and kept beside the data of the
 * site, so that a restart signs nobody out; without a folder it is as short-lived as the data.
 */
export async function issuerKey(folder: string | undefined): Promise<string> {
  const made = randomBytes(keyBytes).toString('base64url')
  if (folder === undefined) return made
  const file = join(folder, 'issuer.key')
  await mkdir(folder, { recursive: true })
  // Only if there is none: two processes that start together must not end with two keys.
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(file, 'utf8')
}
