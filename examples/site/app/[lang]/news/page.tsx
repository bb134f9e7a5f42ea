import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { articles, listedArticles } from '../../../channels/news.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { ArticleList } from '../../../components/news/article-list.tsx'
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
  return pageMetadata({ language, path: '/news', title: words.news.title, description: words.demos.hints.news })
}

export default async function NewsPage({ params }: Props) {
  const language = await pageLanguage(params)
  const initial = await snapshot(articles({ language }, { order: ['-edited_at'], limit: listedArticles }))
  return (
    <PageFrame language={language} words={['news']} path="/news" section="news">
      <ArticleList language={language} initial={initial} />
      <SourceFiles language={language} page="news" />
    </PageFrame>
  )
}
