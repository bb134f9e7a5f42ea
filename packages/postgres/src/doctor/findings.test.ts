import { expect, test } from 'vitest'
import type { DatabaseFacts, SlotFacts, TableFacts } from './database-facts.ts'
import { findingsOf } from './findings.ts'

const good: DatabaseFacts = {
  ...{ version: 150_018, isStandby: false, walLevel: 'logical', role: 'app', database: 'shop' },
  ...{ mayReplicate: true, mayCreate: true, slots: [], takenSlots: 0, mostSlots: 10, takenSenders: 0, mostSenders: 10 },
  ...{ mostKeptMegabytes: 10_240, publication: { isWhole: true, isOwn: true }, tables: [] },
}
const slot: SlotFacts = { name: 'baro_1', isActive: true, isLost: false, keptBytes: 1_000, isLed: true }
const fed: TableFacts = {
  ...{ name: 'public.My notes', isThere: true, isOwn: true, hasKey: true, identity: 'f' },
  ...{ isPublished: true, isWhole: true, isFed: true },
}

test('a database that allows it has no finding, before the first start and after', () => {
  expect(findingsOf(good)).toEqual([])
  expect(
    findingsOf({
      ...good,
      publication: undefined,
      tables: [{ ...fed, isFed: false, isPublished: false, identity: 'd' }],
    }),
  ).toEqual([])
  expect(findingsOf({ ...good, slots: [slot], tables: [fed] })).toEqual([])
})

test.for<[string, Partial<DatabaseFacts>, string]>([
  ['an old server', { version: 130_004 }, 'Upgrade'],
  ['wal_level', { walLevel: 'replica' }, 'alter system set wal_level = logical'],
  ['REPLICATION', { mayReplicate: false }, 'alter role "app" replication'],
  ['CREATE', { mayCreate: false }, 'grant create on database "shop" to "app"'],
  ['a publication of others', { publication: { isWhole: false, isOwn: true } }, 'drop publication baro'],
  ['an owner', { publication: { isWhole: true, isOwn: false } }, 'alter publication baro owner to "app"'],
  ['no slot left', { takenSlots: 10 }, 'max_replication_slots = 20'],
  ['no sender left', { takenSenders: 10 }, 'max_wal_senders = 20'],
  ['no bound', { mostKeptMegabytes: -1 }, 'max_slot_wal_keep_size'],
  [
    'a slot that nobody reads',
    { slots: [{ ...slot, isActive: false, isLed: false }] },
    "pg_drop_replication_slot('baro_1')",
  ],
  ['a lost slot', { slots: [{ ...slot, isLost: true }] }, "pg_drop_replication_slot('baro_1')"],
  ['a slot far behind', { slots: [{ ...slot, keptBytes: 5 * 2 ** 30 }] }, 'pg_stat_activity'],
  ['a table that is not there', { tables: [{ ...fed, isThere: false }] }, 'Create it'],
  [
    'a table of others',
    { tables: [{ ...fed, isOwn: false }] },
    'alter table "public"."My notes" owner to current_user',
  ],
  ['a table without a key', { tables: [{ ...fed, hasKey: false }] }, 'add primary key'],
  [
    'replica identity',
    { tables: [{ ...fed, identity: 'd' }] },
    'alter table "public"."My notes" replica identity full',
  ],
  [
    'a table that is lacking',
    { tables: [{ ...fed, isPublished: false }] },
    'alter publication baro add table "public"."My notes"',
  ],
  ['a part of a table', { tables: [{ ...fed, isWhole: false }] }, 'alter publication baro drop table'],
])('%s is a finding with what to run', ([_, over, run]) => {
  const findings = findingsOf({ ...good, ...over })
  expect(findings).toHaveLength(1)
  expect(findings[0]?.run).toContain(run)
})

test('of a standby nothing else is said', () => {
  expect(findingsOf({ ...good, isStandby: true, walLevel: 'replica', mayReplicate: false })).toHaveLength(1)
})
