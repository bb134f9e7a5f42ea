'use client'

import { useState } from 'react'
import { type Colour, colours, defaultLifeSeconds, type Vibration, vibrations } from '../../channels/device.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './device.module.css'

const lives = [10, defaultLifeSeconds, 600]

type Order = { readonly lifeSeconds: number } & (
  | { readonly what: 'colour'; readonly value: Colour }
  | { readonly what: 'vibration'; readonly value: Vibration }
)

/** Where one commands a device, and says for how long a command waits if the device is away. */
export function CommandForm({ send }: { send: (order: Order) => Promise<unknown> }) {
  const { device: says } = useWords('device')
  const [lifeSeconds, setLifeSeconds] = useState(defaultLifeSeconds)
  const [problem, setProblem] = useState('')
  const order = async (command: Order) => {
    setProblem('')
    try {
      await send(command)
    } catch (error) {
      setProblem(`${says.notSent} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <div className={styles.orders}>
      <fieldset>
        <legend>{says.colour}</legend>
        {colours.map((value) => (
          <button key={value} type="button" onClick={() => order({ what: 'colour', value, lifeSeconds })}>
            <span className={styles.swatch} data-colour={value} aria-hidden="true" />
            {says.colours[value]}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend>{says.vibration}</legend>
        {vibrations.map((value) => (
          <button key={value} type="button" onClick={() => order({ what: 'vibration', value, lifeSeconds })}>
            {says.vibrations[value]}
          </button>
        ))}
      </fieldset>
      <label>
        <span>{says.life}</span>
        <select value={lifeSeconds} onChange={({ target }) => setLifeSeconds(Number(target.value))}>
          {lives.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds < 60 ? says.seconds(seconds) : says.minutes(seconds / 60)}
            </option>
          ))}
        </select>
      </label>
      <p className={styles.note}>{says.lifeHint}</p>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
    </div>
  )
}
