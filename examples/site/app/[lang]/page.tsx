import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { activity } from '../../channels/activity.ts'
import { board } from '../../channels/board.ts'
import { BreakIt } from '../../components/break-it/break-it.tsx'
import { Difference } from '../../components/break-it/difference.tsx'
import { Fairness } from '../../components/break-it/fairness.tsx'
import { SourceFiles } from '../../components/code/source-files.tsx'
import { DemoList } from '../../components/frame/demo-list.tsx'
import { PageFrame } from '../../components/frame/page-frame.tsx'
import styles from '../../components/home/home.module.css'
import { Introduction } from '../../components/home/introduction.tsx'
import { Questions } from '../../components/home/questions.tsx'
import { RightNow } from '../../components/home/right-now.tsx'
import { pageLanguage } from '../../i18n/page-language.ts'
import { pageMetadata } from '../../i18n/page-metadata.ts'
import { wordsIn } from '../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

// Younger than the other pages, so that its board shows what came in the page beside what followed.
export const revalidate = 60

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  return pageMetadata({ language, path: '', description: wordsIn(language).site.description })
}

export default async function HomePage({ params }: Props) {
  const language = await pageLanguage(params)
  const { home } = wordsIn(language)
  const renderedAtMs = Date.now()
  const [painted, goingOn] = await Promise.all([snapshot(board()), snapshot(activity())])
  return (
    <PageFrame language={language} words={['breakIt', 'home', 'device', 'room']} path="" section="home">
      <div className={styles.hero}>
        <Introduction language={language} />
        <div>
          <BreakIt initial={{ snapshot: painted, renderedAtMs }} code={<Difference language={language} />} />
          <Fairness language={language} />
        </div>
      </div>
      <Questions language={language} />
      <RightNow language={language} initial={goingOn} renderedAtMs={renderedAtMs} />
      <section className={styles.demos} aria-labelledby="demos">
        <h2 id="demos">{home.demosTitle}</h2>
        <DemoList language={language} />
      </section>
      <SourceFiles language={language} page="home" />
    </PageFrame>
  )
}
