import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { machine } from '../../../channels/machine.ts'
import { pulse } from '../../../channels/pulse.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { Dashboard } from '../../../components/machine/dashboard.tsx'
import { Pulse } from '../../../components/pulse/pulse.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

// Within what the channel keeps, or its readers would get a fresh snapshot where they could go on.
export const revalidate = 240

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({
    language,
    path: '/machine',
    title: words.machine.title,
    description: words.demos.hints.machine,
  })
}

export default async function MachinePage({ params }: Props) {
  const language = await pageLanguage(params)
  const [beats, measured] = await Promise.all([snapshot(pulse()), snapshot(machine())])
  return (
    <PageFrame language={language} words={['machine', 'pulse']} path="/machine" section="machine">
      <Dashboard language={language} initial={measured} strip={<Pulse language={language} initial={beats} />} />
      <SourceFiles language={language} page="machine" />
    </PageFrame>
  )
}
