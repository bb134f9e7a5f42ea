import { accessPart } from './access/part.ts'
import { cursorsPart } from './cursors/part.ts'
import { databasePart } from './database/part.ts'
import { decodingPart } from './decoding/part.ts'
import { diskPart } from './disk/part.ts'
import { fanoutPart } from './fanout/part.ts'
import { gatewayPart } from './gateway/part.ts'
import { keptPart } from './kept/part.ts'
import { longPollPart } from './long-poll/part.ts'
import { mixPart } from './mix/part.ts'
import { nodesPart } from './nodes/part.ts'
import { observePart } from './observe/part.ts'
import { pagesPart } from './pages/part.ts'
import type { Part } from './part.ts'
import { presencePart } from './presence/part.ts'
import { publishesPart } from './publishes/part.ts'
import { recoverPart } from './recover/part.ts'
import { replicationPart } from './replication/part.ts'
import { roomsPart } from './rooms/part.ts'
import { sizesPart } from './sizes/part.ts'
import { slowReadersPart } from './slow-readers/part.ts'
import { ssePart } from './sse/part.ts'
import { supabasePart } from './supabase/part.ts'

/** Everything there is to measure, in the order of the page. */
export const parts: readonly Part[] = [
  fanoutPart,
  roomsPart,
  cursorsPart,
  presencePart,
  gatewayPart,
  supabasePart,
  ssePart,
  longPollPart,
  recoverPart,
  slowReadersPart,
  publishesPart,
  observePart,
  pagesPart,
  accessPart,
  databasePart,
  replicationPart,
  decodingPart,
  diskPart,
  keptPart,
  nodesPart,
  mixPart,
  sizesPart,
]
