'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { pulse } from '../../channels/pulse.ts'
import { Proof } from '../live/proof.tsx'

/** The hand-over of the page, told by the channel of its that moves most. */
export function DemosProof({ initial }: { initial: SnapshotOf<typeof pulse> }) {
  const { status, handOver } = useChannel(pulse, initial)
  return <Proof initial={initial} status={status} handOver={handOver} />
}
