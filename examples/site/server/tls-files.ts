import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { parseArgs } from 'node:util'

/** What the site needs to serve `https:` and `wss:` itself. */
export interface TlsFiles {
  readonly key: Buffer
  readonly cert: Buffer
}

/** How the site was started. */
export interface Start {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where file names begin. */
  readonly folder: string
}

/**
 * Reads what `--key FILE --cert FILE` name, or else `TLS_KEY` and `TLS_CERT`. `undefined` if nothing is named: then the
 * site serves `http:`, for itself or for a proxy.
 *
 * @throws {Error} if only one of both is named, or if they cannot be read, or are not those of each other. Served without TLS, nobody would notice.
 */
export async function readTlsFiles({ args, env, folder }: Start): Promise<TlsFiles | undefined> {
  const options = { key: { type: 'string' }, cert: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options, strict: false })
  // A flag without its value is `true`.
  const key = values.key ?? (env.TLS_KEY || undefined)
  const cert = values.cert ?? (env.TLS_CERT || undefined)
  if (key === undefined && cert === undefined) return undefined
  if (typeof key !== 'string' || typeof cert !== 'string')
    throw new Error('TLS needs both: --key FILE --cert FILE, or TLS_KEY and TLS_CERT.')
  const read = async (what: string, file: string) => {
    try {
      return await readFile(resolve(folder, file))
    } catch (cause) {
      throw new Error(`The ${what} of TLS cannot be read: ${(cause as Error).message}`, { cause })
    }
  }
  const files = { key: await read('key', key), cert: await read('certificate', cert) }
  try {
    createSecureContext(files)
  } catch (cause) {
    throw new Error(`No TLS with this key and this certificate: ${(cause as Error).message}`, { cause })
  }
  return files
}
