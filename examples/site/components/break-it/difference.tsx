import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { Code } from '../code/code.tsx'
import { bodyOf, readSource } from '../code/read-source.ts'
import styles from './break-it.module.css'

const sources = [
  { reader: 'baro', file: 'components/break-it/use-baro.ts', name: 'useBaro' },
  { reader: 'usual', file: 'components/break-it/use-usual.ts', name: 'useUsual' },
] as const

/** The code that the two readers do not share, as it runs. */
export async function Difference({ language }: { language: Language }) {
  const { difference: says, breakIt } = wordsIn(language)
  const bodies = await Promise.all(sources.map(async ({ file, name }) => bodyOf(await readSource(file), name)))
  return (
    <div className={styles.difference}>
      <h3>
        {says.title} <small>{says.hint}</small>
      </h3>
      {sources.map(({ reader, file }, index) => {
        const lines = linesOf(bodies[index] ?? '')
        const others = linesOf(bodies[1 - index] ?? '')
        const marked = lines.flatMap((line, number) => (others.includes(line) ? [] : [number]))
        return (
          <figure key={reader} data-reader={reader}>
            <figcaption>
              {breakIt.readers[reader]} <code translate="no">{file.split('/').at(-1)}</code>
            </figcaption>
            <Code code={lines.join('\n')} marked={marked} />
          </figure>
        )
      })}
    </div>
  )
}

function linesOf(body: string): readonly string[] {
  return body.trimEnd().split('\n')
}
