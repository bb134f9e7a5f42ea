import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { race } from '../../../channels/race.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { Handshake } from '../../../components/transports/handshake.tsx'
import { TransportRace } from '../../../components/transports/transport-race.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 3600

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({
    language,
    path: '/transports',
    title: words.transports.title,
    description: words.demos.hints.transports,
  })
}

export default async function TransportsPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} words={['transports']} path="/transports" section="transports">
      <TransportRace initial={await snapshot(race())} />
      <Handshake />
      <SourceFiles language={language} page="transports" />
    </PageFrame>
  )
}
