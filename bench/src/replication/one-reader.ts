/**
 * Reads the log of a server in a process of its own: `one-reader.ts NAME URL ROWS`. It says when it reads, and after so many
 * rows what that cost. The first fifth of them is to warm up.
 */
import { readers } from './readers.ts'

const [name = '', url = '', rows = '0'] = process.argv.slice(2)
const [all, first] = [Number(rows), Number(rows) / 5]
let count = 0
let before = process.cpuUsage()
await readers[name as keyof typeof readers](url, () => {
  count++
  if (count === first) before = process.cpuUsage()
  if (count !== all) return
  const { user, system } = process.cpuUsage(before)
  process.send?.({ micros: (user + system) / (all - first) })
})
process.send?.({ micros: 0 })
