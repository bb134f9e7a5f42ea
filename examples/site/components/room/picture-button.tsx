'use client'

import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './room.module.css'

/** Chooses a picture; phones offer their camera too. It keeps its place until a script can take the picture. */
export function PictureButton({ take }: { take: (file: File) => void }) {
  const { room } = useWords('room')
  const isHydrated = useIsHydrated()
  return (
    <label className={styles.attach} data-unknown={!isHydrated || undefined}>
      {room.picture}
      <input
        type="file"
        accept="image/*"
        className="visually-hidden"
        onChange={({ target }) => {
          const file = target.files?.[0]
          // The same file may be chosen again.
          target.value = ''
          if (file) take(file)
        }}
      />
    </label>
  )
}
