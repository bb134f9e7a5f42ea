'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { room } from './channels.ts'

/** Imports the definition of a room into the browser, with the schemas in it. */
export function Room({ initial }: { initial: SnapshotOf<typeof room> }) {
  const { status } = useChannel(room, initial)
  return <p>{status.state}</p>
}
