'use client'

import type { MembersTypes, Snapshot, SnapshotOf, TypesOf } from '@baro/core'
import { useChannel, useMembers } from '@baro/react'
import { useCallback, useEffect, useState } from 'react'
import { type Command, device, devices, type Report } from '../../channels/device.ts'
import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import { CommandForm } from './command-form.tsx'
import { CommandList } from './command-list.tsx'
import { CurlLoop } from './curl-loop-view.tsx'
import styles from './device.module.css'
import { useDuty } from './use-duty.ts'
import { useIsDevice } from './use-is-device.ts'
import { askForTilt, useReports, useTiltReports } from './use-reports.ts'

const vibrationMs = { short: 200, long: 800 } as const

/** A device: what it reports, and the commands to it. The page that says so is the device itself. */
export function DevicePanel({
  language,
  id,
  initial,
  here,
}: {
  language: Language
  id: string
  initial: SnapshotOf<typeof device>
  here: Snapshot<MembersTypes<TypesOf<typeof devices>>>
}) {
  const { device: says } = useWords('device')
  const { state, publish, signal, onSignal, status, handOver } = useChannel(device, initial)
  const [isDevice, setIsDevice] = useIsDevice(id)
  const { list = [] } = useMembers(devices, here, isDevice ? { device: id } : undefined)
  const [tilt, setTilt] = useState<{ readonly beta: number; readonly gamma: number }>()
  const [buzz, setBuzz] = useState(0)
  const isOnDuty = isDevice && status.state === 'live'

  const obey = ({ what, value }: Command) => {
    if (what !== 'vibration') return
    navigator.vibrate?.(vibrationMs[value])
    // Where nothing vibrates, and for those who look on.
    setBuzz((count) => count + 1)
  }
  const report = useCallback((told: Report) => publish('report', told).catch(() => {}), [publish])
  const tellTilt = useCallback((told: { beta: number; gamma: number }) => signal('tilt', told), [signal])
  useDuty(isOnDuty, state.commands, publish, obey)
  useReports(isOnDuty, report)
  useTiltReports(isOnDuty, tellTilt)
  useEffect(() => onSignal(({ payload }) => setTilt(payload)), [onSignal])

  const isHere = list.some((member) => member.state.device === id)
  const { battery, charging, orientation } = state.report
  return (
    <section className={styles.device} aria-labelledby="device">
      <header>
        <IntentLink className={styles.back} href={`/${language}/device`}>
          {says.toList}
        </IntentLink>
        <h1 id="device">{says.title(id)}</h1>
      </header>
      <div className={styles.columns}>
        <div className={styles.panel}>
          <div
            key={buzz}
            className={styles.screen}
            data-colour={state.colour ?? 'none'}
            data-buzz={buzz > 0 || undefined}
            style={tilt && { transform: `rotate(${Math.max(-30, Math.min(30, tilt.gamma)) / 3}deg)` }}
            aria-hidden="true"
          />
          <dl>
            <dt>{says.presence}</dt>
            <dd className={styles.presence} data-here={isHere}>
              {isHere ? says.here : says.away}
            </dd>
            <dt>{says.colour}</dt>
            <dd>{state.colour ? says.colours[state.colour] : '–'}</dd>
            <dt>{says.battery}</dt>
            <dd>{battery === undefined ? '–' : says.charge(charging === true, Math.round(battery * 100))}</dd>
            <dt>{says.orientation}</dt>
            <dd>
              {orientation ? says[orientation] : '–'}
              {tilt && ` ${tilt.beta}° ${tilt.gamma}°`}
            </dd>
            <dt>{says.heard}</dt>
            <dd>
              {state.heardAt === null ? '–' : <LocalTime language={language} time={state.heardAt} format="second" />}
            </dd>
          </dl>
          <button
            type="button"
            aria-pressed={isDevice}
            onClick={async () => {
              if (!isDevice) await askForTilt()
              setIsDevice(!isDevice)
            }}
          >
            {isDevice ? says.stop : says.become}
          </button>
          <p className={styles.note}>{says.becomeHint}</p>
        </div>
        <div className={styles.panel}>
          <h2>{says.commands}</h2>
          <CommandForm send={(command) => publish('command', command)} />
          <CommandList language={language} commands={state.commands} />
        </div>
      </div>
      <CurlLoop channel={initial.channel} />
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
