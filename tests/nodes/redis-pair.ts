import { systemClock } from '@baro/core/broker'
import { type Cuttable, createCuttable, type RedisServer, startRedis } from '@baro/testing/redis'

/** A Redis and its replica, behind ways that lead to whichever is the master. */
export interface RedisPair {
  /** The one that takes writes now. */
  readonly master: RedisServer
  /**
   * The master dies with its machine, and the replica takes over: it lacks what came in the last `lagMs`. Who died comes back as the replica.
   */
  failOver(lagMs: number, wait: (ms: number) => Promise<void>): Promise<void>
  /** Both change roles as an operator has them do it: nothing is lost, and no connection ends. */
  changeRoles(wait: (ms: number) => Promise<void>): Promise<void>
  close(): Promise<void>
}

const settings = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
  '--repl-diskless-sync-delay',
  '0',
  '--repl-ping-replica-period',
  '1',
]

/** Starts both. `ways` are led to the other one when it takes over. */
export async function startRedisPair(ways: (port: number) => Promise<readonly Cuttable[]>): Promise<RedisPair> {
  let [master, replica] = await Promise.all([startRedis(...settings), startRedis(...settings)])
  const toNodes = await ways(master.port)
  // Also the replica hears the master by a way that can be cut.
  const toMaster = await createCuttable(master.port)
  await follow()

  async function follow(): Promise<void> {
    toMaster.aim(master.port)
    toMaster.mend()
    await replica.command('REPLICAOF', '127.0.0.1', String(toMaster.port))
  }

  async function isWhole(): Promise<boolean> {
    const [ours, theirs] = await Promise.all([
      master.command('INFO', 'replication'),
      replica.command('INFO', 'replication'),
    ])
    const offset = /^master_repl_offset:(\d+)/m
    return theirs.includes('master_link_status:up') && offset.exec(ours)?.[1] === offset.exec(theirs)?.[1]
  }

  async function until(isSo: () => Promise<boolean>, wait: (ms: number) => Promise<void>): Promise<boolean> {
    const late = systemClock.elapsed() + 30_000
    for (;;) {
      if (await isSo().catch(() => false)) return true
      if (systemClock.elapsed() > late) return false
      await wait(20)
    }
  }

  return {
    get master() {
      return master
    },
    async failOver(lagMs, wait) {
      await until(isWhole, wait)
      toMaster.cut()
      await wait(lagMs)
      await master.kill()
      await replica.command('REPLICAOF', 'NO', 'ONE')
      ;[master, replica] = [replica, master]
      for (const way of toNodes) way.aim(master.port)
      await replica.start()
      await follow()
    },
    async changeRoles(wait) {
      const isUp = async () => (await replica.command('INFO', 'replication')).includes('master_link_status:up')
      if (!(await until(isUp, wait))) throw new Error('The replica does not come to its master.')
      // The master takes no writes until the replica has them all.
      await master.command('FAILOVER', 'TO', '127.0.0.1', String(replica.port))
      const isOver = async () => (await replica.command('INFO', 'replication')).includes('role:master')
      if (!(await until(isOver, wait))) throw new Error('The replica does not take over.')
      ;[master, replica] = [replica, master]
      // As a name that was given to another machine: who is connected stays with the old one, and is refused there.
      for (const way of toNodes) way.lead(master.port)
      await follow()
    },
    async close() {
      toMaster.close()
      await Promise.all([master.close(), replica.close()])
    },
  }
}
