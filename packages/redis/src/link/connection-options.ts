import { RESP_TYPES, type RedisClientOptions } from '@redis/client'
import type { Address, Texts, WireTerms } from './wire.ts'

const netOfSilences = 10

/** What all connections have in common. */
export function commonOptions(address: Address, { silenceMs, waitBefore }: WireTerms): RedisClientOptions {
  const { isEncrypted, username, password } = address
  const socket = {
    ...(isEncrypted && { tls: true as const }),
    connectTimeout: silenceMs,
    // A net under the greeting of a server of a cluster, which nobody else sees. All else is what a pulse is for.
    socketTimeout: netOfSilences * silenceMs,
    reconnectStrategy: waitBefore,
  }
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    socket: socket as NonNullable<RedisClientOptions['socket']>,
    // Whoever waits does it in the link, where the wait has an end.
    disableOfflineQueue: true,
    commandOptions: { timeout: 0 },
  }
}

/**
 * The library makes a class for each text of options that is not the last one, which takes 50 ms: where a server is makes none of its own.
 */
export function asOneText<Part extends object>(part: Part): Part {
  return Object.defineProperty(part, 'toJSON', { value: () => '', enumerable: false })
}

/** How each kind of answer is asked for. */
export const commandOptions: Readonly<Record<Texts, NonNullable<RedisClientOptions['commandOptions']>>> = {
  'as text': { timeout: 0 },
  'as bytes': { timeout: 0, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
}
