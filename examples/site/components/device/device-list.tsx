'use client'

import type { MembersTypes, Snapshot, SnapshotOf, TypesOf } from '@baro/core'
import { useChannel, useMembers } from '@baro/react'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { devices, isDeviceId } from '../../channels/device.ts'
import type { Language } from '../../i18n/languages.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './device.module.css'

/** All devices: what they reported last, and which of them are here. */
export function DeviceList({
  language,
  initial,
  here,
}: {
  language: Language
  initial: SnapshotOf<typeof devices>
  here: Snapshot<MembersTypes<TypesOf<typeof devices>>>
}) {
  const { device: says } = useWords('device')
  const { state, status, handOver } = useChannel(devices, initial)
  const { list = [] } = useMembers(devices, here)
  const present = new Set(list.map((member) => member.state.device))
  return (
    <section className={styles.devices} aria-labelledby="devices">
      <h1 id="devices">{says.listTitle}</h1>
      <p className={styles.lead}>{says.listLead}</p>
      <NewDevice language={language} />
      <ul className={styles.list} aria-label={says.listTitle}>
        {state.length === 0 && <li className={styles.none}>{says.none}</li>}
        {state.map((one) => (
          <li key={one.id} data-device={one.id}>
            <span className={styles.swatch} data-colour={one.colour ?? 'none'} aria-hidden="true" />
            <IntentLink href={`/${language}/device/${encodeURIComponent(one.id)}`}>{one.id}</IntentLink>
            <span className={styles.presence} data-here={present.has(one.id)}>
              {present.has(one.id) ? says.here : says.away}
            </span>
            <span>
              {one.battery === undefined ? '' : says.charge(one.charging === true, Math.round(one.battery * 100))}
            </span>
            <span className={styles.heard}>
              <LocalTime language={language} time={one.heardAt} format="second" />
            </span>
          </li>
        ))}
      </ul>
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}

function NewDevice({ language }: { language: Language }) {
  const { device: says } = useWords('device')
  const router = useRouter()
  const [problem, setProblem] = useState('')
  const open = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const id = String(new FormData(event.currentTarget).get('id') ?? '')
      .trim()
      .normalize()
    if (isDeviceId(id)) router.push(`/${language}/device/${encodeURIComponent(id)}`)
    else setProblem(says.badName)
  }
  return (
    <form className={styles.open} onSubmit={open}>
      <label>
        <span>{says.name}</span>
        <input name="id" required maxLength={64} autoComplete="off" autoCapitalize="none" />
      </label>
      <button type="submit">{says.open}</button>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
      <noscript>{says.noScript}</noscript>
    </form>
  )
}
