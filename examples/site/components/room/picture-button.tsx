'use client'

import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import styles from './room.module.css'

/** Chooses a picture; phones offer their camera too. It keeps its place until a script can take the picture. */
export function PictureButton({ language, take }: { language: Language; take: (file: File) => void }) {
  const isHydrated = useIsHydrated()
  return (
    <label className={styles.attach} data-unknown={!isHydrated || undefined}>
      {wordsIn(language).room.picture}
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
