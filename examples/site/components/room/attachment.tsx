'use client'

import { bytesUrl } from '@baro/core'
import { useMemo } from 'react'
import type { Picture, Voice } from '../../channels/attachments.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './room.module.css'

/** A picture that somebody sent, at the size it has, so that nothing moves when it appears. */
export function SentPicture({ name, picture }: { name: string; picture: Picture }) {
  const { room } = useWords('room')
  const { image, mimeType, alt, width, height } = picture
  const url = useMemo(() => bytesUrl(image, mimeType), [image, mimeType])
  return (
    // next/image fetches and shrinks; this is here, and small.
    // biome-ignore lint/performance/noImgElement: as above.
    <img
      className={styles.picture}
      src={url}
      alt={alt === undefined ? room.pictureFrom(name) : room.namedPictureFrom(name, alt)}
      width={width}
      height={height}
      // Dragged onto this page it would be sent again.
      draggable={false}
    />
  )
}

/** A voice note that somebody sent, with the player of the browser. */
export function SentVoice({ name, voice }: { name: string; voice: Voice }) {
  const { room } = useWords('room')
  const { sound, mimeType, durationMs } = voice
  const url = useMemo(() => bytesUrl(sound, mimeType), [sound, mimeType])
  const seconds = Math.max(1, Math.round(durationMs / 1_000))
  return (
    // biome-ignore lint/a11y/useMediaCaption: nobody has written down what strangers say.
    <audio className={styles.voice} src={url} controls preload="metadata" aria-label={room.voiceFrom(name, seconds)} />
  )
}
