import { snapshot } from '@baro/next'
import { activity } from '../../channels/activity.ts'
import { pulse } from '../../channels/pulse.ts'
import { PageFrame } from '../../components/frame/page-frame.tsx'
import { HowItWorks } from '../../components/home/how-it-works.tsx'
import { Introduction } from '../../components/home/introduction.tsx'
import { Pulse } from '../../components/home/pulse.tsx'
import { RightNow } from '../../components/home/right-now.tsx'
import { SourceFiles } from '../../components/live/source-files.tsx'
import { pageLanguage } from '../../i18n/page-language.ts'

// Younger than the other pages, so that the strip shows what came in the page beside what followed.
export const revalidate = 60

const files = ['app/[lang]/page.tsx', 'components/home/pulse.tsx', 'channels/pulse.ts']

export default async function HomePage({ params }: { params: Promise<{ lang: string }> }) {
  const language = await pageLanguage(params)
  const [beats, goingOn] = await Promise.all([snapshot(pulse()), snapshot(activity())])
  return (
    <PageFrame language={language} path="" section="home">
      <Introduction language={language} />
      <Pulse language={language} initial={beats} />
      <HowItWorks language={language} />
      <RightNow language={language} initial={goingOn} renderedAtMs={Date.now()} />
      <SourceFiles language={language} files={files} />
    </PageFrame>
  )
}
