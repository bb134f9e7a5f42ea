import { BaroError } from '@baro/core'

/** The parts of `INFO` that decide whether a server can be used. */
const fields = ['redis_version', 'valkey_version', 'maxmemory_policy', 'cluster_enabled'] as const

/** Sharded pub/sub, and scripts that say whether they may run when Redis is full. */
const oldest = [7, 0] as const

/** Whether what is kept was promised to be kept, or may be deleted to make room. */
export type Evicting = 'never' | 'allowed'

/** Why a server cannot be used, by what it says of itself; `undefined` if it can. */
export function complaintAbout(
  where: string,
  info: string,
  { isCluster, evicting }: { readonly isCluster: boolean; readonly evicting: Evicting },
): BaroError | undefined {
  const found = new Map(info.split(/\r?\n/).map((line) => line.split(':') as [string, string]))
  const of = (field: (typeof fields)[number]) => found.get(field) ?? ''
  const [major = 0, minor = 0] = of('redis_version').split('.').map(Number)
  const refuse = (message: string) => new BaroError('bad-definition', message)
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    return refuse(`Redis at ${where} has version ${of('redis_version')}. Install Redis 7.0 or newer, or Valkey.`)
  const policy = of('maxmemory_policy')
  if (evicting === 'never' && policy !== '' && policy !== 'noeviction')
    return refuse(
      `Redis at ${where} has maxmemory-policy ${policy}, so it may delete what was promised to be kept. Run \`CONFIG SET maxmemory-policy noeviction\`, and write it into its configuration.`,
    )
  if (isReplica(info)) return refuse(`Redis at ${where} is a replica and takes no writes. Give the URL of its master.`)
  if (of('cluster_enabled') === '1' && !isCluster)
    return refuse(`Redis at ${where} is part of a cluster. Give its URL in the option \`cluster\`.`)
  if (of('cluster_enabled') === '0' && isCluster)
    return refuse(`Redis at ${where} is no cluster. Give its URL in the option \`url\`.`)
  return undefined
}

/** Whether it takes no writes, by what it says of itself. */
export function isReplica(info: string): boolean {
  return /^role:slave\r?$/m.test(info)
}

/** Why the first connection failed, where somebody has to do something; `undefined` if Redis is only not there. */
export function complaintAboutConnecting(where: string, error: unknown): BaroError | undefined {
  const message = error instanceof Error ? error.message : ''
  const refuse = (what: string) => new BaroError('bad-definition', what, { cause: error })
  if (/^(WRONGPASS|ERR AUTH|ERR invalid password)/.test(message))
    return refuse(`Redis at ${where} does not know this name and password. Give the right ones in the URL.`)
  if (message.startsWith('NOAUTH')) return refuse(`Redis at ${where} wants a password. Give it in the URL.`)
  if (/cluster support disabled/i.test(message))
    return refuse(`Redis at ${where} is no cluster. Give its URL in the option \`url\`.`)
  return undefined
}

/** Why the first script could not run; `undefined` for another reason. */
export function complaintAboutScript(where: string, error: unknown): BaroError | undefined {
  const message = error instanceof Error ? error.message : ''
  const refuse = (what: string) => new BaroError('bad-definition', what, { cause: error })
  if (/NOPERM|unknown command/i.test(message))
    return refuse(
      `Redis at ${where} does not let this user run scripts: ${message} Allow it EVAL, EVALSHA, SSUBSCRIBE, SPUBLISH, INFO and the keys and channels of the prefix.`,
    )
  if (/READONLY/.test(message))
    return refuse(`Redis at ${where} is a replica and takes no writes. Give the URL of its master.`)
  if (/WRONGTYPE/.test(message))
    return refuse(`Another application has keys of this name in Redis at ${where}. Choose another \`prefix\`.`)
  return undefined
}
