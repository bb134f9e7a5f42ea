import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { pulse } from '../../../channels/pulse.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { ComparisonTable } from '../../../components/compare/comparison-table.tsx'
import { countWays } from '../../../components/compare/count-ways.ts'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 60

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: wordsIn(await pageLanguage(params)).compare.title }
}

export default async function ComparePage({ params }: Props) {
  const language = await pageLanguage(params)
  const initial = await snapshot(pulse())
  const counted = await countWays(initial.value.at(-1) ?? { offset: 1, busy: 0 })
  return (
    <PageFrame language={language} words={['compare']} path="/compare" section="compare">
      <ComparisonTable language={language} initial={initial} counted={counted} />
      <SourceFiles language={language} page="compare" />
    </PageFrame>
  )
}
