import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { Code } from './code.tsx'
import { readSource } from './read-source.ts'
import { Source, Sources } from './sources.tsx'
import { type ShownPage, sourcesOf } from './sources-of.ts'

/** The code a page is made of, as it stands in the repository. */
export function SourceFiles({ language, page }: { language: Language; page: ShownPage }) {
  return (
    <Sources summary={wordsIn(language).live.sources}>
      {sourcesOf[page].map((file) => (
        <SourceFile key={file} file={file} />
      ))}
    </Sources>
  )
}

/** One file of this site, as it stands in the repository. */
export async function SourceFile({ file }: { file: string }) {
  return (
    <Source file={file}>
      <Code code={await readSource(file)} />
    </Source>
  )
}
