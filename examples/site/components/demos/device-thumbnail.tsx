'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { devices } from '../../channels/device.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import device from '../device/device.module.css'

/** The devices that were heard last, each with the colour it shows. */
export function DeviceThumbnail({ language, initial }: { language: Language; initial: SnapshotOf<typeof devices> }) {
  const { state } = useChannel(devices, initial)
  return (
    <ol>
      {state.length === 0 && <li>{wordsIn(language).device.none}</li>}
      {state.slice(0, 4).map(({ id, colour, battery }) => (
        <li key={id}>
          <i className={device.swatch} data-colour={colour ?? 'none'} /> <b>{id}</b>{' '}
          {battery !== undefined && `${Math.round(battery * 100)} %`}
        </li>
      ))}
    </ol>
  )
}
