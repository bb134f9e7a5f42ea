/** What a server key is: its text, what is kept of it, and what it may do. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { BaroError } from '@baro/core'
import { pooledRandomness, type Randomness } from '@baro/core/broker'
import {
  createPattern,
  listOf,
  matchPattern,
  type OptionRules,
  type Pattern,
  parseChannelName,
  quote,
  required,
} from '@baro/core/protocol'

/** What a server key may do: publish as the server, read as everybody does, or have pages rendered anew. A closed list. */
export type KeyAction = 'publish' | 'read' | 'revalidate'

/** A key of a program in any language, as the hub keeps it: without the key itself. */
export interface ServerKey {
  /** 1 to 32 lower-case letters, digits and `-`. It stands in the key, in logs and in errors. */
  readonly name: string
  /** The `hash` of each key that counts. While a key is rotated there are two. With none, nobody is let in. */
  readonly hashes: readonly string[]
  /** Patterns of the channels that it is for, for example `['order:{id}', 'room:1']`. A parameter is any one segment. */
  readonly channels: readonly string[]
  /** What it may do with them. */
  readonly actions: readonly KeyAction[]
}

/** A new key for a program, and what the hub keeps of it. */
export interface CreatedServerKey {
  /** The secret: `baro_NAME_…`. Give it to the program, and keep it nowhere else. */
  readonly key: string
  /** For `hashes` of {@link ServerKey}. Nobody finds the key by it, so it may stand in a configuration. */
  readonly hash: string
}

/** A key that somebody has shown, and that counts. */
export interface KeyGrant {
  readonly name: string
  /** What was shown, hashed: enough to look again whether it still counts. */
  readonly digest: Uint8Array
  readonly channels: readonly Pattern[]
  readonly actions: ReadonlySet<KeyAction>
}

/** Of all bearer tokens, those that begin so are server keys. A JSON Web Token begins with `eyJ`. */
const prefix = 'baro_'

const nameOfKey = /^[a-z0-9-]{1,32}$/
const textOfKey = /^baro_([a-z0-9-]{1,32})_[A-Za-z0-9_-]{43}$/
const textOfHash = /^sha256:([A-Za-z0-9_-]{43})$/

/** As many that they cannot be guessed. So one plain hash is enough: nobody tries all of them. */
const secretBytes = 32

const actions: ReadonlySet<string> = new Set<KeyAction>(['publish', 'read', 'revalidate'])

/**
 * Makes a key for a program that publishes over HTTP.
 *
 * @param name 1 to 32 lower-case letters, digits and `-`: that of the {@link ServerKey}.
 * @throws {BaroError} `bad-definition` if the name is none.
 *
 * @example
 * ```ts
 * import { createServerKey } from '@baro/server'
 *
 * const { key, hash } = createServerKey('orders')
 * console.log(key, hash)
 * ```
 */
export function createServerKey(name: string, randomness: Randomness = pooledRandomness): CreatedServerKey {
  if (!nameOfKey.test(name)) throw wrongName(name)
  const key = `${prefix}${name}_${Buffer.from(randomness.bytes(secretBytes)).toString('base64url')}`
  return { key, hash: `sha256:${digestOf(key).toString('base64url')}` }
}

/** Whether a bearer token is meant as a server key. Such a token never reaches `auth`. */
export function isServerKey(token: string): boolean {
  return token.startsWith(prefix)
}

/** The name in a key; `undefined` if it is none. */
export function nameIn(key: string): string | undefined {
  return textOfKey.exec(key)?.[1]
}

/** What is compared of a key. */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** What somebody may do who has shown a key of this digest; `undefined` if it does not count. */
export function grantOf({ name, hashes, channels, actions }: ServerKey, digest: Uint8Array): KeyGrant | undefined {
  let counts = false
  // All of them, each in the same time: how long it takes says nothing of any.
  for (const hash of hashes)
    counts = timingSafeEqual(Buffer.from(textOfHash.exec(hash)?.[1] ?? '', 'base64url'), digest) || counts
  if (!counts) return undefined
  return { name, digest, channels: channels.map((pattern) => createPattern(pattern)), actions: new Set(actions) }
}

/** Whether a grant is for a channel. */
export function isInScope({ channels }: KeyGrant, channel: string): boolean {
  const segments = parseChannelName(channel)
  return segments.ok && channels.some((pattern) => matchPattern(pattern, segments.value) !== undefined)
}

/**
 * Checks what an application says of a key.
 *
 * @throws {BaroError} `bad-definition`.
 */
export function assertServerKey(key: ServerKey): void {
  const { name } = key
  if (typeof name !== 'string' || !nameOfKey.test(name)) throw wrongName(name)
  for (const hash of key.hashes)
    if (typeof hash !== 'string' || !textOfHash.test(hash))
      throw new BaroError(
        'bad-definition',
        `The server key "${name}" has a hash that is none. Give what createServerKey(${quote(name)}).hash is, never the key.`,
      )
  for (const pattern of key.channels) createPattern(String(pattern))
  for (const action of key.actions)
    if (!actions.has(action))
      throw new BaroError(
        'bad-definition',
        `The server key "${name}" may not ${quote(action)}: there is no such action. Give "publish", "read" or "revalidate".`,
      )
}

/** What a server key must be made of. */
export const serverKeyRules: OptionRules<ServerKey> = {
  name: required({ what: 'a name', accepts: (value) => typeof value === 'string' }),
  hashes: required(listOf('hashes')),
  channels: required(listOf('patterns of channels')),
  actions: required(listOf('actions')),
}

function wrongName(name: unknown): BaroError {
  return new BaroError(
    'bad-definition',
    `${quote(name)} is no name of a server key. Use 1 to 32 lower-case letters, digits and "-".`,
  )
}
