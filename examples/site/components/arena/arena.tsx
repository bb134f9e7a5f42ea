'use client'

import type { BaroError, SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useRef, useState } from 'react'
import { arena, type Heading, headings, ticksPerSecond } from '../../channels/arena.ts'
import button from '../frame/button.module.css'
import { PauseButton, useHeld } from '../live/pause.tsx'
import { Proof } from '../live/proof.tsx'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { keptNickname } from '../room/use-nickname.ts'
import { useOwnName } from '../room/use-own-name.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './arena.module.css'
import { Field, letterOf } from './field.tsx'
import { Result, Seats } from './seats.tsx'
import { useSteering } from './use-steering.ts'

/** A game for eight: the page shows the newest world, and sends where its player wants to go. The rules are on the server. */
export function Arena({ initial }: { initial: SnapshotOf<typeof arena> }) {
  const { arena: says } = useWords('arena')
  const { state, request, signal, status, handOver } = useChannel(arena, initial)
  const world = useHeld(state)
  const own = useOwnName(status.state === 'live', request)
  const seat = own === undefined ? undefined : state.players.find(({ by }) => by === own)?.seat
  const field = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState('')

  const play = async () => {
    field.current?.focus()
    const name = keptNickname()?.slice(0, 16)
    await request('join', { ...(name && { name }) }).then(
      () => setProblem(''),
      (error: BaroError) =>
        setProblem(error.code === 'not-accepted' ? says.noSeat : `${says.notJoined} ${error.message}`),
    )
  }
  const steer = async (heading: Heading) => {
    if (seat === undefined) await play()
    signal('steer', { heading })
  }
  const isReady = useIsHydrated() && status.state === 'live'
  return (
    <section className={styles.arena} aria-labelledby="arena">
      <h1 id="arena">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <div className={styles.bar}>
        <button
          type="button"
          className={`${seat === undefined ? button.solid : button.quiet} ${styles.play}`}
          onClick={play}
          disabled={!isReady || seat !== undefined}
        >
          {seat === undefined ? says.play : says.youAre(letterOf(seat))}
        </button>
        <p>{world.isOver ? says.between : says.left(Math.ceil((world.endsAt - world.tick) / ticksPerSecond))}</p>
        <PauseButton />
      </div>
      <div
        ref={field}
        className={styles.frame}
        role="application"
        aria-label={says.field}
        aria-describedby="arena-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is played with the keyboard too.
        tabIndex={0}
        {...useSteering((heading) => void steer(heading))}
      >
        <Field world={world} own={seat} />
      </div>
      <div className={styles.pad}>
        {headings.map((heading) => (
          <button
            key={heading}
            type="button"
            data-heading={heading}
            aria-label={says.headings[heading]}
            disabled={!isReady}
            onClick={() => void steer(heading)}
          />
        ))}
      </div>
      <p id="arena-keys" className={styles.keys}>
        {says.keys}
      </p>
      <p role="status" className={styles.told}>
        {/* Who has a seat has joined, though the answer may have been cut off. */}
        {(seat === undefined && problem) || <Result world={world} />}
      </p>
      <Seats world={world} own={seat} />
      <noscript>{says.noScript}</noscript>
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
