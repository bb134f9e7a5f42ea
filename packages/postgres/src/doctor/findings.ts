/** What stands in the way of replication, and what to run against it. */
import { quoteName, quoteTable, quoteText } from '../feed/quote-name.ts'
import { publication } from '../replication/publication.ts'
import type { DatabaseFacts, SlotFacts, TableFacts } from './database-facts.ts'

/** Something of a database that is not as it should be, and what mends it. */
export interface Finding {
  /** One sentence. */
  readonly what: string
  /** A statement of SQL, or what to do where there is none. */
  readonly run: string
}

/** A slot for which the server keeps more than this has fallen behind. */
const muchBytes = 1 << 30

/** Everything that is not as it should be; none if a hub can feed by replication. */
export function findingsOf(facts: DatabaseFacts): readonly Finding[] {
  if (facts.isStandby)
    return [
      {
        what: 'This server is a standby: it cannot be written to, and no slot of it outlives a failover.',
        run: 'Give createDatabase, and this command, the URL of the primary.',
      },
    ]
  return [
    ...serverFindings(facts),
    ...facts.slots.flatMap((slot) => [...slotFindings(slot)]),
    ...facts.tables.flatMap((table) => [...tableFindings(table)]),
  ]
}

function* serverFindings(facts: DatabaseFacts): Generator<Finding> {
  const { role, database } = facts
  if (facts.version < 140_000)
    yield { what: `PostgreSQL ${facts.version} is too old: 14 is the oldest that works.`, run: 'Upgrade the server.' }
  if (facts.walLevel !== 'logical')
    yield {
      what: `wal_level is ${facts.walLevel}: the log of the server does not tell rows.`,
      run: 'alter system set wal_level = logical; -- and restart the server',
    }
  if (!facts.mayReplicate)
    yield { what: `The role ${role} may not replicate.`, run: `alter role ${quoteName(role)} replication;` }
  if (!facts.mayCreate)
    yield {
      what: `The role ${role} may not create the schema "baro" and the publication "${publication}".`,
      run: `grant create on database ${quoteName(database)} to ${quoteName(role)};`,
    }
  if (facts.publication && !facts.publication.isWhole)
    yield {
      what: `The publication "${publication}" has all tables, or leaves out some changes.`,
      run: `drop publication ${publication}; -- a hub makes it anew`,
    }
  if (facts.publication && !facts.publication.isOwn)
    yield {
      what: `The publication "${publication}" belongs to another role, so tables cannot be added.`,
      run: `alter publication ${publication} owner to ${quoteName(role)};`,
    }
  if (facts.slots.length === 0 && facts.takenSlots >= facts.mostSlots)
    yield {
      what: `All ${facts.mostSlots} replication slots are taken.`,
      run: `alter system set max_replication_slots = ${facts.mostSlots + 10}; -- and restart the server`,
    }
  if (!facts.slots.some(({ isActive }) => isActive) && facts.takenSenders >= facts.mostSenders)
    yield {
      what: `All ${facts.mostSenders} senders of the log are taken.`,
      run: `alter system set max_wal_senders = ${facts.mostSenders + 10}; -- and restart the server`,
    }
  if (facts.mostKeptMegabytes < 0)
    yield {
      what: 'max_slot_wal_keep_size has no bound: a hub that stays away fills the disk of the server.',
      run: "alter system set max_slot_wal_keep_size = '10GB'; select pg_reload_conf();",
    }
}

function* slotFindings({ name, isActive, isLost, isLed, keptBytes }: SlotFacts): Generator<Finding> {
  const drop = `select pg_drop_replication_slot(${quoteText(name)});`
  const kept = `${Math.round(keptBytes / 2 ** 20)} MiB of the log are kept for it`
  if (isLost) yield { what: `The slot ${name} is lost: it held more than max_slot_wal_keep_size.`, run: drop }
  else if (!isActive && !isLed) yield { what: `Nobody reads the slot ${name}, and ${kept}.`, run: drop }
  else if (keptBytes > muchBytes)
    yield {
      what: `The slot ${name} has fallen behind: ${kept}.`,
      run: `select pid, state, xact_start, query from pg_stat_activity where xact_start < now() - interval '1 minute'; -- a transaction that stays open, or a hub that is slow`,
    }
}

function* tableFindings(table: TableFacts): Generator<Finding> {
  const [name, sql] = [table.name, quoteTable(table.name)]
  if (!table.isThere) {
    yield { what: `The table ${name} is not there.`, run: 'Create it, or take its definition out of the hub.' }
    return
  }
  if (!table.isOwn)
    yield {
      what: `The table ${name} belongs to another role, so it cannot be published.`,
      run: `alter table ${sql} owner to current_user;`,
    }
  if (!table.hasKey)
    yield {
      what: `The table ${name} has no primary key.`,
      run: `alter table ${sql} add primary key (…); -- the columns of "key" in its definition`,
    }
  // A hub does these two itself when it begins with a table.
  if (table.isFed && table.identity !== 'f')
    yield {
      what: `The table ${name} does not tell the whole row that was, so filters and large values cannot be told.`,
      run: `alter table ${sql} replica identity full;`,
    }
  if (table.isFed && !(table.isPublished && table.isWhole))
    yield {
      what: `The publication "${publication}" lacks the table ${name}, or a part of it.`,
      run: table.isPublished
        ? `alter publication ${publication} drop table ${sql}; alter publication ${publication} add table ${sql};`
        : `alter publication ${publication} add table ${sql};`,
    }
}
