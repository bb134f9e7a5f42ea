/** What the server says of itself, as far as replication needs it. Nothing is changed. */
import { quoteTable } from '../feed/quote-name.ts'
import { schema } from '../feed/schema.ts'
import { slotPrefix } from '../feed/slot-name.ts'
import type { Queryable } from '../ports/driver.ts'
import { publication } from '../replication/publication.ts'

export interface TableFacts {
  readonly name: string
  readonly isThere: boolean
  readonly isOwn: boolean
  readonly hasKey: boolean
  /** `f` is FULL. */
  readonly identity: string
  readonly isPublished: boolean
  /** Of a published table: all rows and columns. */
  readonly isWhole: boolean
  /** A hub feeds it by replication. */
  readonly isFed: boolean
}

/** A replication slot, as the database tells of it. */
export interface SlotFacts {
  readonly name: string
  readonly isActive: boolean
  readonly isLost: boolean
  /** Bytes of the log that the server keeps for it. */
  readonly keptBytes: number
  /** A hub has led its feed within the last minute. */
  readonly isLed: boolean
}

export interface DatabaseFacts {
  readonly version: number
  readonly isStandby: boolean
  readonly walLevel: string
  readonly role: string
  readonly database: string
  readonly mayReplicate: boolean
  readonly mayCreate: boolean
  readonly slots: readonly SlotFacts[]
  readonly takenSlots: number
  readonly mostSlots: number
  readonly takenSenders: number
  readonly mostSenders: number
  /** In megabytes; -1 is without bound. */
  readonly mostKeptMegabytes: number
  /** `undefined` if there is none. */
  readonly publication: { readonly isWhole: boolean; readonly isOwn: boolean } | undefined
  readonly tables: readonly TableFacts[]
}

/** @param names Tables to look at besides those that hubs feed. */
export async function readDatabaseFacts(database: Queryable, names: readonly string[]): Promise<DatabaseFacts> {
  const [there] = await database.query<{ hasSchema: boolean; hasKind: boolean }>(
    `select to_regclass('${schema}.feed_tables') is not null as "hasSchema", to_regclass('${schema}.streams') is not null as "hasKind"`,
  )
  const fed =
    there?.hasSchema && there.hasKind
      ? `select name, true as fed from ${schema}.feed_tables join ${schema}.feeds using (feed) where kind = 'replication'`
      : 'select null::text as name, true as fed where false'
  const asked = [...new Set(names)]
  const fedNames = (await database.query<{ name: string }>(`select distinct name from (${fed}) as fed`)).map(
    ({ name }) => name,
  )
  const all = [...new Set([...asked, ...fedNames])]
  const led = there?.hasKind
    ? `exists (select from ${schema}.streams join ${schema}.feeds using (feed) where slot = slot_name and seen > now() - interval '1 minute')`
    : 'false'
  const [row] = await database.query<{ facts: string }>(
    `select json_build_object(
      'version', current_setting('server_version_num')::int,
      'isStandby', pg_is_in_recovery(),
      'walLevel', current_setting('wal_level'),
      'role', current_user,
      'database', current_database(),
      'mayReplicate', (select rolsuper or rolreplication from pg_roles where rolname = current_user)
        or exists (select from pg_roles r where r.rolname = 'rds_replication' and pg_has_role(r.oid, 'member')),
      'mayCreate', has_database_privilege(current_database(), 'create'),
      'takenSlots', (select count(*) from pg_replication_slots),
      'mostSlots', current_setting('max_replication_slots')::int,
      'takenSenders', (select count(*) from pg_stat_replication),
      'mostSenders', current_setting('max_wal_senders')::int,
      'mostKeptMegabytes', (select setting::int from pg_settings where name = 'max_slot_wal_keep_size'),
      'slots', coalesce((
        select json_agg(json_build_object(
          'name', slot_name, 'isActive', active, 'isLost', coalesce(wal_status = 'lost', false), 'isLed', ${led},
          'keptBytes', coalesce(pg_wal_lsn_diff(
            case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn), 0)))
        from pg_replication_slots
        where database = current_database() and slot_name like '${slotPrefix.replace('_', '\\_')}%'), '[]'),
      'publication', (
        select json_build_object(
          'isWhole', pubinsert and pubupdate and pubdelete and pubtruncate and not puballtables,
          'isOwn', pg_has_role(pubowner, 'usage'))
        from pg_publication where pubname = '${publication}'),
      'tables', coalesce((
        select json_agg(json_build_object(
          'name', name, 'isThere', c.oid is not null,
          'isOwn', coalesce(pg_has_role(c.relowner, 'usage'), false),
          'hasKey', exists (select from pg_index where indrelid = c.oid and indisprimary),
          'identity', coalesce(c.relreplident::text, ''),
          'isPublished', pr.oid is not null,
          'isWhole', to_jsonb(pr) ->> 'prqual' is null and to_jsonb(pr) ->> 'prattrs' is null,
          'isFed', name = any ($3::text[])) order by name)
        from unnest($1::text[], $2::text[]) as wanted(name, quoted)
        left join pg_class c on c.oid = to_regclass(quoted)
        left join (pg_publication_rel pr join pg_publication p on p.oid = pr.prpubid and p.pubname = '${publication}')
          on pr.prrelid = c.oid), '[]')
    )::text as facts`,
    [all, all.map(quoteTable), fedNames],
  )
  const facts = JSON.parse(row?.facts ?? '{}') as DatabaseFacts
  return { ...facts, publication: facts.publication ?? undefined }
}
