/**
 * One of the invariants of ARCHITECTURE.md, `state` (the client shows the fold of the truth), `redaction` (what was
 * taken back is shown by nobody who has heard of it, and kept nowhere), `recovery` (a reset has a
 * reason), `kept` (a disk keeps what was acknowledged), `answered` (a message that cannot be taken is answered, and
 * refuses only itself) or `liveness`.
 */
export type InvariantName =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'state'
  | 'redaction'
  | 'recovery'
  | 'kept'
  | 'answered'
  | 'liveness'

/** An invariant did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly invariant: InvariantName

  constructor(invariant: InvariantName, message: string) {
    super(`${invariant}: ${message}`)
    this.invariant = invariant
  }
}

/**
 * A reader stands at a position that two histories share: the store lost its newest publications, took others, and then
 * took the same one under its id at the same offset again. The check of a position is of one publication, so no reader
 * and no hub can tell these histories apart. PROTOCOL.md says so; a schedule that comes to it ends there.
 */
export class TwoHistories extends Error {
  override readonly name = 'TwoHistories'
}
