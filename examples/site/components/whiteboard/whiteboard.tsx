'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { boardHeight, boardWidth, type Ink, whiteboard, type widths } from '../../channels/whiteboard.ts'
import { Proof } from '../live/proof.tsx'
import { speakerName } from '../room/speaker.ts'
import { keptNickname } from '../room/use-nickname.ts'
import { useOwnName } from '../room/use-own-name.ts'
import { useWords } from '../words/words-provider.tsx'
import { StrokeList } from './stroke-list.tsx'
import { LinePath, Strokes } from './strokes.tsx'
import { Tools } from './tools.tsx'
import { useDrawing } from './use-drawing.ts'
import { usePens } from './use-pens.ts'
import styles from './whiteboard.module.css'

/** A board for everybody: what was drawn is in the page, what is drawn follows, and pens move as they are moved. */
export function Whiteboard({ initial }: { initial: SnapshotOf<typeof whiteboard> }) {
  const { whiteboard: says, room } = useWords('whiteboard', 'room')
  const { state: strokes, publish, request, signal, onSignal, status, handOver } = useChannel(whiteboard, initial)
  const own = useOwnName(status.state === 'live', request)
  const pens = usePens(own, onSignal)
  const [{ ink, width }, setTool] = useState<{ ink: Ink; width: (typeof widths)[number] }>({ ink: 'ink', width: 4 })
  const [problem, setProblem] = useState('')
  const report = (done: Promise<unknown>) =>
    void done.then(
      () => setProblem(''),
      () => setProblem(says.notDone),
    )

  const { drawing, handlers } = useDrawing(
    ({ at, line }) => {
      const name = keptNickname()
      signal('pen', { ...(name && { name }), at, ...(line.length > 0 && { line: { ink, width, points: [...line] } }) })
    },
    (points) => report(publish('stroke', { ink, width, points: [...points] })),
  )
  const isDown = drawing.line.length > 0
  const lastOwn = own === undefined ? undefined : strokes.findLast(({ by }) => by === own)
  const undo = (stroke: string) => report(publish('undo', { stroke }))

  return (
    <section className={styles.whiteboard} aria-labelledby="whiteboard">
      <h1 id="whiteboard">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <Tools
        ink={ink}
        width={width}
        strokes={strokes}
        choose={setTool}
        undo={lastOwn && (() => undo(lastOwn.id))}
        clear={() => report(publish('clear', {}))}
      />
      <div
        className={styles.board}
        role="application"
        aria-label={says.board(strokes.length)}
        aria-describedby="whiteboard-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on with the keyboard too.
        tabIndex={0}
        {...handlers}
      >
        <svg viewBox={`0 0 ${boardWidth} ${boardHeight}`} aria-hidden="true" data-strokes={strokes.length}>
          <Strokes strokes={strokes} />
          {pens.map(({ by, line }) => line && <LinePath key={by} line={line} />)}
          {isDown && <LinePath line={{ ink, width, points: [...drawing.line] }} />}
          {pens.map(({ by, name, at }) => (
            <g key={by} className={styles.pen} data-pen={by} style={{ translate: `${at[0]}px ${at[1]}px` }}>
              <path d="M0 0v44l12-11 20 2z" />
              <text x={36} y={44}>
                {speakerName({ name, by }, room)}
              </text>
            </g>
          ))}
          <path
            className={styles.cross}
            style={{ translate: `${drawing.at[0]}px ${drawing.at[1]}px` }}
            d="M-24 0H24M0-24V24"
          />
        </svg>
      </div>
      <p id="whiteboard-keys" className={styles.keys}>
        {says.keys}
      </p>
      <p role="status" className={styles.told}>
        {problem || (isDown && says.penDown)}
      </p>
      <noscript>{says.noScript}</noscript>
      <StrokeList strokes={strokes} own={own} undo={undo} />
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
