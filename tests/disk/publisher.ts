/** A process that publishes for as long as it lives, and says what was acknowledged: `publisher.ts FOLDER SYNC`. */
import { formatPosition } from '@baro/core/protocol'
import { createDiskBroker, type Sync } from '@baro/disk'

const [folder = '', sync = 'os'] = process.argv.slice(2)
const bounds = { size: 100_000, ttlMs: 86_400_000, bytes: 1 << 30 }
const broker = await createDiskBroker({ folder, sync: sync as Sync })
process.stdout.write('ready\n')

async function publishTo(channel: string, from: number): Promise<void> {
  for (let number = from; ; number++) {
    // As a client would: an answer that was not said is not confirmed, nor one that may still be on its way through the pipe.
    const key = { scope: 'user', turn: { producer: channel, number, confirmed: Math.max(0, number - 100) } }
    const id = `${channel}-${String(number).padStart(12, '0')}`
    await broker.claim(channel, key, { windowMs: 3_600_000, share: { of: 'user', user: 'user' } })
    const entry = { type: 'message', payload: { text: id.repeat(8) }, id, time: number }
    const appended = await broker.append(channel, [entry], bounds, { settle: key })
    if (appended.outcome !== 'appended') throw new Error(JSON.stringify(appended))
    process.stdout.write(`${channel} ${id} ${formatPosition(appended.delivery.position)}\n`)
    // Others have their turn: a write to the journal waits for nobody.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

for (let room = 1; room <= 8; room++) void publishTo(`room:${room}`, 1)
