/** Writes rows, one transaction after the other, and says each number once the database has answered. */
import { createEmbeddedPostgres } from '@baro/postgres/embedded'

const database = createEmbeddedPostgres({ folder: process.argv[2] ?? '', lockWaitMs: 0 })
await database.script('create table if not exists written (number int primary key, half text not null)')
const [last] = await database.query<{ number: number }>('select coalesce(max(number), 0) as number from written')
for (let number = (last?.number ?? 0) + 1; ; number++) {
  await database.transaction('read committed', async (tx) => {
    await tx.query('insert into written values ($1, $2)', [number, 'first'])
    await tx.query('update written set half = $2 where number = $1', [number, 'second'])
  })
  process.stdout.write(`${number}\n`)
}
