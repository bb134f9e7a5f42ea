'use client'

import type { MembersTypes, Snapshot, SnapshotOf, TypesOf } from '@baro/core'
import { useChannel, useMembers } from '@baro/react'
import { useRef, useState } from 'react'
import { draft, textOf } from '../../channels/write.ts'
import { Proof } from '../live/proof.tsx'
import { speakerName } from '../room/speaker.ts'
import { useOwnName } from '../room/use-own-name.ts'
import { useWords } from '../words/words-provider.tsx'
import { useCarets } from './use-carets.ts'
import { useSharedText } from './use-shared-text.ts'
import styles from './write.module.css'

/** In a longer text a caret of somebody else is not drawn: its place is found by laying out the text before it. */
const longestWithCarets = 20_000
const here = {}

/** A text that several people write at the same time. */
export function Editor({
  id,
  initial,
  initialMembers,
}: {
  id: string
  initial: SnapshotOf<typeof draft>
  initialMembers: Snapshot<MembersTypes<TypesOf<typeof draft>>>
}) {
  const { write: says, room } = useWords('write', 'room')
  const { state, publish, signal, onSignal, request, status, handOver } = useChannel(draft, initial)
  const own = useOwnName(status.state === 'live', request)
  const { count, list = [] } = useMembers(draft, initialMembers, here)
  const area = useRef<HTMLTextAreaElement>(null)
  // What the page shows before, and without, a script.
  const [rendered] = useState(() => textOf(state))
  const { isBound, problem } = useSharedText(area, state, publish)
  const present = new Set(list.map(({ user }) => user))
  const carets = useCarets(area, own, signal, onSignal).filter(({ by }) => present.has(by))
  const text = area.current?.value ?? rendered
  return (
    <section className={styles.write} aria-labelledby="write">
      <h1 id="write">{says.title(id)}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <p className={styles.here} data-here={count}>
        {says.here(count)}
        {carets.map((caret) => (
          <span key={caret.by}>{says.writes(speakerName(caret, room))}</span>
        ))}
      </p>
      <p role="alert" className={styles.problem}>
        {problem && `${says.refused} ${problem}`}
      </p>
      <Proof initial={initial} status={status} handOver={handOver} />
      <noscript>{says.noScript}</noscript>
      <div className={styles.paper}>
        <textarea
          ref={area}
          aria-labelledby="write"
          defaultValue={rendered}
          readOnly={!isBound}
          placeholder={says.proposal}
          autoComplete="off"
          spellCheck={false}
          data-bound={isBound || undefined}
        />
        {text.length <= longestWithCarets &&
          carets.map((caret) => (
            <p key={caret.by} className={styles.caret} aria-hidden="true">
              {text.slice(0, caret.at)}
              <i data-name={speakerName(caret, room)} />
            </p>
          ))}
      </div>
    </section>
  )
}
