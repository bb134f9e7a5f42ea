/** One of several processes that open the same folder: `worker.ts FOLDER`. With `cluster` behind it, it starts two workers first. */
import cluster from 'node:cluster'
import { BaroError } from '@baro/core'
import { createDiskBroker } from '@baro/disk'

const [folder = '', kind] = process.argv.slice(2)
if (kind === 'cluster' && cluster.isPrimary) {
  for (let count = 0; count < 2; count++) cluster.fork()
} else {
  const log = { info: () => {}, warn: (_: object, text: string) => console.log(`warned: ${text}`), error: () => {} }
  try {
    await createDiskBroker({ folder, lockWaitMs: 300, log })
    console.log('open')
  } catch (error) {
    if (!(error instanceof BaroError)) throw error
    console.log(`refused: ${error.message}`)
  }
}
