/** A table whose changes are logged: it must be as its definition says, and it must have its triggers. */
import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import type { Queryable } from '../ports/driver.ts'
import type { TableShape } from '../table/table.ts'
import { quoteTable, quoteText } from './quote-name.ts'
import { installLock, schema } from './schema.ts'

/** Triggers of one event run in the order of their names, and a change that another trigger makes must be logged after its cause. */
const trigger = { row: '0baro', truncate: '0baro_truncate', wake: '0baro_wake' } as const

/** How long to wait for the lock that a new trigger needs. Whoever writes the table waits behind us for as long. */
const lockTimeoutMs = 200

interface Found {
  readonly kind: string | null
  /** Whether policies decide which rows this role reads. */
  readonly isRestricted: boolean
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly category: string
    readonly deterministic: boolean
  }[]
  /** The columns of each unique index without nulls. */
  readonly keys: readonly (readonly string[])[]
}

/**
 * Checks that a table is as it is defined.
 *
 * @throws {BaroError} `bad-definition`, with the sentence that says what differs.
 */
export async function checkTable(database: Queryable, { name, key, columns, filters }: TableShape): Promise<void> {
  const bad = (what: string): never => {
    throw new BaroError('bad-definition', `The table ${quote(name)} ${what}`)
  }
  const [row] = await database.query<{ found: string }>(description, [quoteTable(name)])
  const found = JSON.parse(row?.found ?? 'null') as Found | null
  if (!found?.kind) return bad('is not there, or may not be read. Create it, grant "select", or correct the name.')
  if (found.kind !== 'r')
    return bad('is a view, a partition or a foreign table. Only ordinary tables tell their changes.')
  // A page would show the rows that the policies let this role read, and then be told the changes of all.
  if (found.isRestricted)
    return bad(
      'has row level security that holds for the role of the hub. Take "force row level security" off, or "alter role … bypassrls".',
    )
  const types = new Map(found.columns.map((column) => [column.name, column]))
  for (const [column, type] of Object.entries(columns)) {
    const there = types.get(column)
    if (!there) bad(`has no column ${quote(column)}. Take it out of "columns", or correct the name.`)
    const declared = typeof type === 'string' ? type.replace(/ \| null$/, '') : 'enum'
    if (!isOfType(declared, there?.type ?? '', there?.category ?? ''))
      bad(`has the column ${quote(column)} of type ${there?.type}, not ${declared}. Correct its type in "columns".`)
    if (
      filters.get(column) === 'text' &&
      (there?.category !== 'S' || there.type === 'character' || there.type === 'citext' || !there.deterministic) &&
      there?.category !== 'E'
    )
      bad(
        `cannot be filtered by ${quote(column)}: its type ${there?.type} or its collation compares texts that differ as equal.`,
      )
  }
  const wanted = [...key].sort().join()
  if (!found.keys.some((columnsOfKey) => [...columnsOfKey].sort().join() === wanted))
    bad(
      `has no primary key, and no unique index over columns without nulls, of (${key.join(', ')}). Create one, or correct "key".`,
    )
}

// What is not named here may be read as text: enums, ranges, network addresses.
const named = [
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double precision',
  'boolean',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'interval',
  'bytea',
  'json',
  'jsonb',
]

function isOfType(declared: string, type: string, category: string): boolean {
  if (declared.endsWith('[]')) return category === 'A' && isOfType(declared.slice(0, -2), type.replace(/\[\]$/, ''), '')
  if (declared === 'enum') return category === 'E'
  return declared === 'text' ? category !== 'A' && !named.includes(type) : (spelled[declared] ?? declared) === type
}

/** How the catalogue spells what we call by its short name. */
const spelled: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  char: 'character',
  timetz: 'time with time zone',
}

const description = `
  select json_build_object(
    'kind', (select relkind from pg_class where oid = to_regclass($1) and not relispartition),
    'isRestricted', coalesce(row_security_active(to_regclass($1)::oid), false),
    'columns', coalesce((
      select json_agg(json_build_object(
        'name', attname,
        'type', case replace(format_type(atttypid, null), '[]', '')
          when 'timestamp with time zone' then 'timestamptz'
          when 'timestamp without time zone' then 'timestamp'
          when 'time without time zone' then 'time'
          else replace(format_type(atttypid, null), '[]', '') end,
        'category', typcategory,
        'deterministic', coalesce((select collisdeterministic from pg_collation c where c.oid = attcollation), true)
      )) from pg_attribute join pg_type t on t.oid = atttypid
      where attrelid = to_regclass($1) and attnum > 0 and not attisdropped), '[]'),
    'keys', coalesce((
      select json_agg((
        select json_agg(attname) from pg_attribute
        where attrelid = indrelid and attnum = any (indkey[0:indnkeyatts - 1])))
      from pg_index
      where indrelid = to_regclass($1) and indisunique and indisvalid and indpred is null and indexprs is null
        and not exists (select from pg_attribute
          where attrelid = indrelid and attnum = any (indkey[0:indnkeyatts - 1]) and not attnotnull)), '[]')
  )::text as found`

/** Whether a trigger logs under this name: a table that was renamed still logs under the name that it had. */
const logsAs = (name: string) => `tgargs = convert_to(${name}, getdatabaseencoding()) || decode('00', 'hex')`

/**
 * The state of a table's triggers, as text: another text means that changes may not have been logged. \`undefined\` if one is
 * missing or off. Whoever disables one and enables it again leaves another text.
 */
export async function triggerMarks(
  database: Queryable,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ name: string; mark: string }>(
    `select name, string_agg(t.tgrelid::text || ':' || t.oid::text || ':' || t.xmin::text, ',' order by t.tgname) as mark
     from unnest($1::text[], $2::text[]) as wanted(name, quoted)
     join pg_trigger t on t.tgrelid = to_regclass(quoted) and t.tgname in ('${trigger.row}', '${trigger.truncate}') and t.tgenabled = 'A'
       and ${logsAs('name')}
     group by name having count(*) = 2`,
    [[...names], names.map(quoteTable)],
  )
  return new Map(rows.map(({ name, mark }) => [name, mark]))
}

/**
 * Gives a table its triggers. It needs a lock that conflicts with writers, so it gives up soon.
 *
 * @throws the error of the client, for example that the lock was not to be had, or that the table is somebody else's.
 */
export async function watchTable(tx: Queryable, name: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${installLock})::text`)
  if ((await triggerMarks(tx, [name])).has(name)) return
  await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
  const [table, text] = [quoteTable(name), quoteText(name)]
  // Always true, and a dependency: whoever drops the log takes the triggers with it, so that the application goes on writing.
  const needsLog = `when (null::${schema}.log is null)`
  const create = (which: string, when: string, run: string): readonly string[] => [
    `drop trigger if exists "${which}" on ${table}`,
    `create trigger "${which}" after ${when} execute function ${schema}.${run}`,
    // Also for what a replica applies, or a restore that calls itself one.
    `alter table ${table} enable always trigger "${which}"`,
  ]
  // Those of a table that had this name go: its rows are none of the table that has it now.
  const elsewhere = await tx.query<{ former: string }>(
    `select distinct tgrelid::regclass::text as former from pg_trigger
     where tgname in ('${trigger.row}', '${trigger.truncate}') and ${logsAs('$1::text')} and tgrelid <> to_regclass($2)`,
    [name, table],
  )
  for (const { former } of elsewhere) await dropTriggers(tx, former)
  for (const statement of [
    // Whoever drops it meanwhile waits, and finds the new triggers.
    `lock table ${schema}.log in access share mode`,
    `lock table ${table} in share row exclusive mode`,
    ...create(trigger.row, `insert or update or delete on ${table} for each row ${needsLog}`, `log_row(${text})`),
    ...create(trigger.truncate, `truncate on ${table} for each statement ${needsLog}`, `log_truncate(${text})`),
    ...create(trigger.wake, `insert or update or delete on ${table} for each statement ${needsLog}`, 'wake()'),
  ])
    await tx.query(statement)
}

/** Takes the triggers from a table that nobody defines any more. */
export async function unwatchTable(tx: Queryable, name: string): Promise<void> {
  await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
  const found = await tx.query<{ table: string }>(
    `select distinct tgrelid::regclass::text as table from pg_trigger where tgname = '${trigger.row}' and ${logsAs('$1::text')}`,
    [name],
  )
  for (const { table } of found) await dropTriggers(tx, table)
}

/**
 * Takes the triggers from a table that is captured in another way, or no more.
 *
 * @param table As SQL takes it.
 */
export async function dropTriggers(tx: Queryable, table: string): Promise<void> {
  for (const which of Object.values(trigger)) await tx.query(`drop trigger if exists "${which}" on ${table}`)
}
