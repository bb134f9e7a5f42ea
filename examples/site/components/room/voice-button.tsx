'use client'

import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { maxVoiceMs, type Voice } from '../../channels/attachments.ts'
import { useCountdown } from '../live/use-countdown.ts'
import { useWords } from '../words/words-provider.tsx'
import { canRecord, recordVoice } from './record-voice.ts'
import styles from './room.module.css'

/**
 * Starts a voice note, and ends and sends it. It keeps its place until the browser has said whether it can record, and
 * leaves where it cannot.
 */
export function VoiceButton({ send, complain }: { send: (voice: Voice) => void; complain: (problem: string) => void }) {
  const { room } = useWords('room')
  const [phase, setPhase] = useState<'idle' | 'asking' | 'recording'>('idle')
  const note = useRef<AbortController>(undefined)
  const seconds = useCountdown(phase === 'recording' ? maxVoiceMs : undefined)
  const isPossible = useSyncExternalStore(neverChanges, canRecord, () => undefined)

  // Who leaves the page has not sent it.
  useEffect(() => () => note.current?.abort('left'), [])

  const start = async () => {
    const controller = new AbortController()
    note.current = controller
    complain('')
    setPhase('asking')
    try {
      const voice = await recordVoice(controller.signal, () => setPhase('recording'))
      if (controller.signal.reason === 'left') return
      if (voice) send(voice)
      else complain(room.voiceTooShort)
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === 'NotAllowedError'
      complain(isRefused ? room.microphoneRefused : room.microphoneMissing)
    } finally {
      setPhase('idle')
    }
  }

  if (isPossible === false) return null
  return (
    <>
      <button
        type="button"
        className={`${styles.attach} ${styles.record}`}
        data-recording={phase === 'recording' || undefined}
        data-unknown={isPossible === undefined || undefined}
        onClick={() => (phase === 'idle' ? void start() : note.current?.abort('done'))}
      >
        {phase === 'idle' ? room.voice : room.stop}
        {seconds !== undefined && <span aria-hidden="true"> {room.seconds(seconds)}</span>}
      </button>
      <span className="visually-hidden" role="status">
        {{ idle: '', asking: room.askingMicrophone, recording: room.recording(maxVoiceMs / 1_000) }[phase]}
      </span>
    </>
  )
}

const neverChanges = () => () => {}
