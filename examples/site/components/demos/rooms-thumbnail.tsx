'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { activity } from '../../channels/activity.ts'
import { speakerName } from '../room/speaker.ts'
import { useWords } from '../words/words-provider.tsx'

/** What was said last in the rooms. */
export function RoomsThumbnail({ initial }: { initial: SnapshotOf<typeof activity> }) {
  const { home, room } = useWords('home', 'room')
  const { remarks } = useChannel(activity, initial).state
  return (
    <ol>
      {remarks.length === 0 && <li>{home.nobody}</li>}
      {remarks.slice(-4).map((remark) => (
        <li key={remark.id}>
          <b>{speakerName(remark, room)}</b> {'text' in remark ? remark.text : home.attached[remark.attached]}
        </li>
      ))}
    </ol>
  )
}
