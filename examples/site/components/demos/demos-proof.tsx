'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { pulse } from '../../channels/pulse.ts'
import type { Language } from '../../i18n/languages.ts'
import { Proof } from '../live/proof.tsx'

/** The hand-over of the page, told by the channel of its that moves most. */
export function DemosProof({ language, initial }: { language: Language; initial: SnapshotOf<typeof pulse> }) {
  const { status, handOver } = useChannel(pulse, initial)
  return <Proof language={language} initial={initial} status={status} handOver={handOver} />
}
