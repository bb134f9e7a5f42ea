/** What the feeds keep in the application's database: all of it in one schema, made once for all hubs. */
import { BaroError } from '@baro/core'
import type { Queryable } from '../ports/driver.ts'

/** The name of the schema, and of the `NOTIFY` channel. */
export const schema = 'baro'

/** The key of the advisory locks of everybody who makes something in the schema. */
export const installLock = 7_201_640_117

/** Changes with what is below: a hub of another version does not write into a schema that it does not know. */
const version = 3

/** The oldest PostgreSQL that has what is needed: `xid8` and `pg_current_snapshot`. */
const oldest = 130_000

// Each setting decides how a value becomes text. The session of an application may have others.
const spelling = `set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601' set bytea_output = 'hex' set extra_float_digits = 1`

const logStatements: readonly string[] = [
  `create table ${schema}.log (
    seq bigint generated always as identity (cache 1),
    xid xid8 not null default pg_current_xact_id(),
    name text not null,
    kind text not null,
    id text,
    old jsonb,
    new jsonb
  )`,
  `create index log_order on ${schema}.log (xid, seq)`,
]

const logTrigger = `create trigger emptied after truncate on ${schema}.log for each statement execute function ${schema}.begin_life()`

/** Somebody dropped the log with the triggers that write it: what was in it is gone, and all tables begin again. */
const logAnew: readonly string[] = [
  ...logStatements,
  logTrigger,
  `update ${schema}.life set epoch = replace(gen_random_uuid()::text, '-', '')`,
  `update ${schema}.feed_tables set since = null`,
]

/**
 * Where a feed by replication stands: its slot, and its last round, as places of commits in the server's own log. `snapshot` was
 * taken when the round had come, and sees all that was fed but for `unseen`.
 */
const streamStatements: readonly string[] = [
  `alter table ${schema}.feeds add column kind text not null default 'triggers'`,
  `create table ${schema}.streams (
    feed text primary key references ${schema}.feeds on delete cascade,
    slot text not null,
    server text not null,
    round bigint not null default 0,
    from_commit pg_lsn not null,
    to_commit pg_lsn not null,
    snapshot text not null,
    unseen text[] not null default '{}'
  )`,
]

/** When a node last said that it defines the table. */
const wantedStatements: readonly string[] = [
  `alter table ${schema}.feed_tables add column wanted timestamptz not null default now()`,
]

const functions: readonly string[] = [
  // A transaction that has notified cannot be prepared for a commit in two phases, so an application may do without.
  `create or replace function ${schema}.wake_hubs() returns text language sql security definer set search_path = pg_catalog, pg_temp as $body$
    select pg_notify('${schema}', '')::text from ${schema}.life where notifies
  $body$`,
  // The rights of whoever made it: the application's roles need none on the log.
  `create or replace function ${schema}.log_row() returns trigger language plpgsql security definer ${spelling} as $body$
  begin
    if tg_op = 'UPDATE' then
      if old *= new then return null; end if;
      insert into ${schema}.log (name, kind, old, new) values (tg_argv[0], 'update', to_jsonb(old), to_jsonb(new));
    elsif tg_op = 'INSERT' then
      insert into ${schema}.log (name, kind, new) values (tg_argv[0], 'insert', to_jsonb(new));
    else
      insert into ${schema}.log (name, kind, old) values (tg_argv[0], 'delete', to_jsonb(old));
    end if;
    return null;
  end $body$`,
  `create or replace function ${schema}.log_truncate() returns trigger language plpgsql security definer ${spelling} as $body$
  begin
    insert into ${schema}.log (name, kind) values (tg_argv[0], 'truncate');
    perform ${schema}.wake_hubs();
    return null;
  end $body$`,
  `create or replace function ${schema}.wake() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
  begin
    perform ${schema}.wake_hubs();
    return null;
  end $body$`,
  // Whoever empties the log takes changes that nobody has read: no position of before leads on from here.
  `create or replace function ${schema}.begin_life() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
  begin
    update ${schema}.life set epoch = replace(gen_random_uuid()::text, '-', '');
    perform ${schema}.wake_hubs();
    return null;
  end $body$`,
]

/** From each version to the next one, while no hub of the older one writes: its changes wait for the lock. */
const upgrades: Readonly<Record<number, readonly string[]>> = {
  1: [
    ...streamStatements,
    `alter table ${schema}.life add column notifies boolean not null default true`,
    ...functions,
    `update ${schema}.life set version = 2`,
  ],
  2: [...wantedStatements, `update ${schema}.life set version = 3`],
}

/**
 * `log` holds changes until all feeds have them. Its order is that of writing, never of commits; the identity has no
 * cache, because a cached number would be older than it looks. `life` names the life of the database: positions
 * of another life mean nothing.
 *
 * Each broker has a feed of its own. A table of a feed waits to be begun while `since`, its first round, is null. `mark` is
 * what its triggers looked like then.
 */
const statements: readonly string[] = [
  `create schema if not exists ${schema}`,
  `create table ${schema}.life (
    one boolean primary key default true check (one),
    epoch text not null default replace(gen_random_uuid()::text, '-', ''),
    version integer not null,
    notifies boolean not null default true
  )`,
  ...logStatements,
  `create table ${schema}.feeds (
    feed text primary key,
    round bigint not null default 0,
    from_snapshot text not null,
    to_snapshot text not null,
    is_finished boolean not null default true,
    seen timestamptz not null default now()
  )`,
  `create table ${schema}.feed_tables (
    feed text not null references ${schema}.feeds on delete cascade,
    name text not null,
    mark text not null,
    since bigint,
    primary key (feed, name)
  )`,
  ...streamStatements,
  ...wantedStatements,
  ...functions,
  logTrigger,
  `insert into ${schema}.life (version) values (${version})`,
]

/**
 * Makes the schema if it is not there, or its log. Several may do it at once: one makes it, the others wait for it.
 *
 * @param options.notifies Whether whoever writes wakes the hubs. The hub that was started last decides for all.
 * @param options.isStart Whether the hub has just started. One that looks again later decides nothing.
 * @throws {BaroError} `bad-definition` if the server is too old, is a standby, or has a schema of another version.
 */
export async function installSchema(
  tx: Queryable,
  { notifies, isStart }: { readonly notifies: boolean; readonly isStart: boolean },
): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${installLock})::text`)
  const [found] = await tx.query<{ version: number; standby: boolean; life: string | null; log: string | null }>(
    `select current_setting('server_version_num')::int as version, pg_is_in_recovery() as standby,
       to_regclass('${schema}.life')::text as life, to_regclass('${schema}.log')::text as log`,
  )
  if (!found || found.version < oldest)
    throw new BaroError('bad-definition', `PostgreSQL ${found?.version} is too old: 13 is the oldest that works.`)
  if (found.standby)
    throw new BaroError(
      'bad-definition',
      'This server is a standby, which cannot be written to. Give createDatabase the primary.',
    )
  const missing = found.life === null ? statements : found.log === null ? logAnew : []
  for (const statement of missing) await tx.query(statement)
  let [life] = await tx.query<{ version: number }>(`select version from ${schema}.life`)
  for (let upgrade = upgrades[life?.version ?? 0]; upgrade; upgrade = upgrades[life?.version ?? 0]) {
    for (const statement of upgrade) await tx.query(statement)
    ;[life] = await tx.query<{ version: number }>(`select version from ${schema}.life`)
  }
  if (life?.version !== version)
    throw new BaroError(
      'bad-definition',
      `The schema "${schema}" of the database is of version ${life?.version}, not ${version}. Run hubs of one version, or drop the schema while none runs.`,
    )
  if (isStart || missing.length > 0)
    await tx.query(`update ${schema}.life set notifies = $1::text::boolean where notifies <> $1::text::boolean`, [
      String(notifies),
    ])
}
