import type { Attack } from './attack.ts'
import { churn } from './churn.ts'
import { floods } from './floods.ts'
import { frames } from './frames.ts'
import { identity } from './identity.ts'
import { inventedNames } from './invented-names.ts'
import { nesting } from './nesting.ts'
import { pipelining } from './pipelining.ts'
import { presence } from './presence.ts'
import { refusedMessages } from './refused-messages.ts'
import { silence } from './silence.ts'
import { slowReaders } from './slow-readers.ts'
import { socketIo } from './socket-io.ts'
import { supabase } from './supabase.ts'

/** Everything that is tried. */
export const attacks: readonly Attack[] = [
  ...pipelining,
  ...refusedMessages,
  ...inventedNames,
  ...floods,
  ...nesting,
  ...silence,
  ...frames,
  ...churn,
  ...slowReaders,
  ...identity,
  ...presence,
  ...socketIo,
  ...supabase,
]
