import { systemClock } from '@baro/core/broker'
import { type RedisServer, startRedisCluster } from '@baro/testing/redis'

/** A cluster of three masters, one of which has a replica. */
export interface ClusterWithReplica {
  readonly urls: readonly string[]
  readonly masters: readonly RedisServer[]
  moveSlot(key: string, between: () => Promise<void>): Promise<void>
  /** The one that has a replica changes roles with it, as an operator has them do it: nothing is lost. */
  changeRoles(wait: (ms: number) => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Starts it. */
export async function startClusterWithReplica(): Promise<ClusterWithReplica> {
  const kept = ['--appendonly', 'yes', '--appendfsync', 'always', '--repl-diskless-sync-delay', '0']
  // A replica that no operator asks takes over nothing: what it lacks would be lost.
  const cluster = await startRedisCluster(...kept, '--cluster-replica-no-failover', 'yes')
  let [master, ...others] = cluster.servers as readonly [RedisServer, ...RedisServer[]]
  let replica = await cluster.addReplica(master).catch(async (error) => {
    await cluster.close()
    throw error
  })
  return {
    urls: cluster.urls,
    get masters() {
      return [master, ...others]
    },
    moveSlot: cluster.moveSlot,
    async changeRoles(wait) {
      const late = systemClock.elapsed() + 30_000
      for (;;) {
        const info = await replica.command('INFO', 'replication').catch(() => '')
        if (info.includes('role:master')) break
        if (systemClock.elapsed() > late) throw new Error('The replica does not take over.')
        // It gives up where the master does not answer in time, and is asked again.
        if (info.includes('master_link_status:up')) await replica.command('CLUSTER', 'FAILOVER').catch(() => {})
        for (let tries = 0; tries < 50; tries++) {
          await wait(20)
          if ((await replica.command('INFO', 'replication').catch(() => '')).includes('role:master')) break
        }
      }
      ;[master, replica] = [replica, master]
    },
    close: () => cluster.close(),
  }
}
