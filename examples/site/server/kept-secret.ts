import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A secret that is made at the first start, and kept beside the data of the site, so that a restart changes nothing; without a
 * folder it is as short-lived as the data.
 */
export async function keptSecret(folder: string | undefined, name: string, made: string): Promise<string> {
  if (folder === undefined) return made
  const file = join(folder, name)
  await mkdir(folder, { recursive: true })
  // Only if there is none: two processes that start together must not end with two secrets.
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return readFile(file, 'utf8')
}
