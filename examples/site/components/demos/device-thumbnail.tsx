'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { devices } from '../../channels/device.ts'
import device from '../device/device.module.css'
import { useWords } from '../words/words-provider.tsx'

/** The devices that were heard last, each with the colour it shows. */
export function DeviceThumbnail({ initial }: { initial: SnapshotOf<typeof devices> }) {
  const { device: says } = useWords('device')
  const { state } = useChannel(devices, initial)
  return (
    <ol>
      {state.length === 0 && <li>{says.none}</li>}
      {state.slice(0, 4).map(({ id, colour, battery }) => (
        <li key={id}>
          <i className={device.swatch} data-colour={colour ?? 'none'} /> <b>{id}</b>{' '}
          {battery !== undefined && `${Math.round(battery * 100)} %`}
        </li>
      ))}
    </ol>
  )
}
