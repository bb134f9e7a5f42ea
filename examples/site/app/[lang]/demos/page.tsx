import type { Metadata } from 'next'
import { DemoList } from '../../../components/frame/demo-list.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { PageTitle } from '../../../components/frame/page-title.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const { title, description } = wordsIn(language).demos
  return pageMetadata({ language, path: '/demos', title, description })
}

export default async function DemosPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { title, lead } = wordsIn(language).demos
  return (
    <PageFrame language={language} path="/demos" section="demos">
      <PageTitle title={title} lead={lead} />
      <DemoList language={language} />
    </PageFrame>
  )
}
