export { createDiskBroker, type DiskBroker, type DiskUsage } from './disk-broker.ts'
export type { Sync } from './journal/journal.ts'
export type { DiskBrokerOptions } from './options.ts'
