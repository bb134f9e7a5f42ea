/** Nodes and clients with one guard of who may read (I8) taken out each. */
import type { Transport } from '@baro/client'
import type { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import type { Identity } from '@baro/server'
import { Gate, type GateParts, Hold, Permits } from '@baro/server/parts'
import type { Mutations } from './world.ts'

/** A guard of who may read. */
export type AccessMutantName =
  | 'rule asked before anything is handed over'
  | 'end of a token'
  | 'end of a token for what is held'
  | 'revocation'
  | 'revocation before what waits leaves'
  | 'disconnect'
  | 'rule that looked before a revocation'
  | 'auth that looked before a disconnect'
  | 'coming back to a node that may not have heard'
  | 'rules asked again under a new token'
  | 'nothing sent as another user'

/** The code under test with one of them taken out each. */
export const accessMutants: Readonly<Record<AccessMutantName, Mutations>> = {
  'rule asked before anything is handed over': withGate((parts) => new (class extends Gate {
    override isPublic = () => true
  })(parts)),
}
