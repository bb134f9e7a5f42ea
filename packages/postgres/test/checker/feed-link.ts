/**
 * The link of replication, in a process of its own: `feed-link.ts PORT`. What it holds up would be acknowledged late, and the
 * process of the readers is the busiest of all. It says where it listens, and cuts at each message.
 */
import { createCutLink } from './cut-link.ts'

const link = await createCutLink(Number(process.argv[2]))
process.send?.(link.port)
process.on('message', () => link.cut())
process.on('disconnect', () => process.exit())
