import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { pulse } from '../../../channels/pulse.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { DemoCards } from '../../../components/demos/demo-cards.tsx'
import { DemosProof } from '../../../components/demos/demos-proof.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { PageTitle } from '../../../components/frame/page-title.tsx'
import { PauseButton } from '../../../components/live/pause.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 60

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const { title, description } = wordsIn(language).demos
  return pageMetadata({ language, path: '/demos', title, description })
}

export default async function DemosPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { title, lead } = wordsIn(language).demos
  return (
    <PageFrame
      language={language}
      words={['room', 'compat', 'device', 'market', 'home', 'shop', 'stream']}
      path="/demos"
      section="demos"
    >
      <PageTitle title={title} lead={lead} />
      <PauseButton />
      <DemoCards language={language} />
      <DemosProof initial={await snapshot(pulse())} />
      <SourceFiles language={language} page="demos" />
    </PageFrame>
  )
}
