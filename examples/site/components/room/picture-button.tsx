import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './room.module.css'

/** Chooses a picture; phones offer their camera too. */
export function PictureButton({ language, take }: { language: Language; take: (file: File) => void }) {
  return (
    <label className={styles.attach}>
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
