import { BaroError, type ChannelTypes, type InputOf, type Reference } from '@baro/core'
import { boundsOfUnfolded, pooledRandomness } from '@baro/core/broker'
import { createId, definitionOf, orThrow, quote, validatePayload } from '@baro/core/protocol'
import { schema } from '../feed/schema.ts'

/** A client in the middle of a transaction: one of `pg`, or the `tx` of an embedded database. */
export interface PublishingTransaction {
  query(sql: string, values?: unknown[]): Promise<unknown>
}

/**
 * Publishes in a transaction: the publication exists if and only if the transaction commits (I11). Resolves when it is
 * logged; it is appended after the commit, by any node: also by one of an older build that does not have the channel yet. The
 * hub must have been started on this database once. A hub that does not have the channel says so in its log, and by
 * `hub.published(id)`.
 *
 * @param reference What the definition returned, not a copy of it.
 * @returns the id of the publication, for `hub.published(id)`.
 * @throws {BaroError} `not-accepted`, `invalid-payload`, `handler-failed`; or what the client throws.
 *
 * @example
 * ```ts
 * await client.query('begin')
 * await client.query('update orders set paid = true where id = $1', [id])
 * const published = await publish(client, order({ id }), 'paid', { at: Date.now() })
 * await client.query('commit')
 * await hub.published(published)
 * ```
 */
export async function publish<T extends ChannelTypes, Type extends keyof T['events'] & string>(
  tx: PublishingTransaction,
  reference: Reference<T>,
  type: Type,
  payload: InputOf<T['events'][Type]>,
): Promise<string> {
  const { channel } = reference
  const definition = definitionOf(reference)
  const events = definition?.events
  if (!events || !Object.hasOwn(events, type))
    throw new BaroError(
      'not-accepted',
      `${quote(channel)} has no event ${quote(type)}, or its reference is a copy. Pass what its definition returned.`,
    )
  const checked = orThrow(await validatePayload(events[type], payload, `The payload of "${type}"`))
  const id = createId(pooledRandomness)
  // A node of an older build may append it, without a definition and a reducer (I11): so the log says what is to be kept.
  const history = definition.state ? boundsOfUnfolded(definition.history) : definition.history
  // As text in JSON: JSON of the database has no character 0, and puts keys in its own order.
  const result = (await tx.query(
    `insert into ${schema}.log (name, kind, id, new)
     select $1::text, 'publish', pg_current_xact_id()::text || '-' || $2::text, jsonb_build_object('type', $3::text, 'payload', $4::text, 'history', $5::text)
     returning id, ${schema}.wake_hubs()`,
    [channel, id, type, JSON.stringify(checked), JSON.stringify(history)],
  )) as { readonly rows?: readonly { readonly id: string }[] } | readonly { readonly id: string }[]
  const rows = 'rows' in result ? result.rows : (result as readonly { readonly id: string }[])
  return rows?.[0]?.id ?? ''
}

/** The transaction of such an id. */
export function xidOf(id: string): bigint {
  const [, xid] = /^([1-9]\d{0,18})-[\w-]{16}$/.exec(id) ?? []
  if (xid === undefined)
    throw new BaroError('bad-id', `${quote(id)} is no id that publish() returned. Pass it as it came.`)
  return BigInt(xid)
}
