import type { Broker } from '@baro/core/broker'
import { describe } from 'vitest'
import { appendDuties } from './broker-suite/append.ts'
import { checkpointDuties, twoVersionDuties } from './broker-suite/checkpoints.ts'
import { claimDuties } from './broker-suite/claims.ts'
import { cursorDuties } from './broker-suite/cursor.ts'
import { existenceDuties } from './broker-suite/existence.ts'
import { followDuties } from './broker-suite/follow.ts'
import { headDuties } from './broker-suite/heads.ts'
import { historyDuties } from './broker-suite/history.ts'
import { leadershipDuties } from './broker-suite/leadership.ts'
import { lostClaimDuties } from './broker-suite/lost-claims.ts'
import { nodeDuties } from './broker-suite/nodes.ts'
import { outageDuties } from './broker-suite/outage.ts'
import { presenceDuties, presenceRestartDuties } from './broker-suite/presence.ts'
import { proposedCheckpointDuties } from './broker-suite/proposed-checkpoints.ts'
import { readDuties } from './broker-suite/read.ts'
import { readBackDuties } from './broker-suite/read-back.ts'
import { redactDuties } from './broker-suite/redact.ts'
import { restartDuties } from './broker-suite/restart.ts'
import { settleDuties } from './broker-suite/settle.ts'
import { sparseDuties } from './broker-suite/sparse.ts'
import { type BrokerSuiteContext, type BrokerSuiteOptions, createStage } from './broker-suite/stage.ts'
import { turnDuties } from './broker-suite/turns.ts'

export type { BrokerSuiteContext, BrokerSuiteOptions } from './broker-suite/stage.ts'

const duties = [
  appendDuties,
  cursorDuties,
  existenceDuties,
  readDuties,
  readBackDuties,
  historyDuties,
  redactDuties,
  headDuties,
  followDuties,
  nodeDuties,
  claimDuties,
  turnDuties,
  settleDuties,
  checkpointDuties,
  proposedCheckpointDuties,
  presenceDuties,
  leadershipDuties,
]

/**
 * Registers the tests (of vitest) that hold a broker to the duties of its port.
 *
 * @param createBroker Called before each test; the broker is closed after it.
 *
 * @example
 * ```ts
 * import { brokerSuite } from '@baro/testing/broker-suite'
 *
 * brokerSuite('my broker', async ({ clock, randomness }) => createMyBroker({ clock, randomness }))
 * ```
 */
export function brokerSuite(
  name: string,
  createBroker: (context: BrokerSuiteContext) => Promise<Broker>,
  options: BrokerSuiteOptions = {},
): void {
  describe(`broker suite: ${name}`, () => {
    const stage = createStage(name, createBroker, options)
    const { outage, loseClaims, restart, isOfOneProcess = false, sparse } = options
    for (const register of duties) register(stage)
    if (!isOfOneProcess) twoVersionDuties(stage)
    // What a broker cannot show has no test, so that none is skipped.
    if (outage) outageDuties(stage, outage)
    if (loseClaims) lostClaimDuties(stage, loseClaims)
    if (restart) restartDuties(stage, restart, isOfOneProcess)
    if (restart && isOfOneProcess) presenceRestartDuties(stage, () => stage.reopen(restart))
    if (sparse) sparseDuties(stage)
  })
}
