'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { arena } from '../../channels/arena.ts'
import { Field } from '../arena/field.tsx'
import { useHeld } from '../live/pause.tsx'

/** The round that is played. Whoever looks at it keeps it going. */
export function PlayThumbnail({ initial }: { initial: SnapshotOf<typeof arena> }) {
  return <Field world={useHeld(useChannel(arena, initial).state)} />
}
