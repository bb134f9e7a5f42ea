/** The process of a person: `living.ts URL NAME`. */
import { live, type Surroundings } from './person.ts'

const [, , url = '', name = ''] = process.argv
// Since version 22 Node has a WebSocket of its own.
const realtime = 'WebSocket' in globalThis ? {} : { transport: (await import('ws')).WebSocket as never }
const surroundings: Surroundings = {
  supabase: await import('@supabase/supabase-js'),
  realtime,
  tell: (line) => process.send?.(line),
}
Object.assign(globalThis, surroundings)
process.on('disconnect', () => process.exit())
live([url, name])
