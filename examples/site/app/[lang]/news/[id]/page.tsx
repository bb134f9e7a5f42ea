import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { articles } from '../../../../channels/news.ts'
import { SourceFiles } from '../../../../components/code/source-files.tsx'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { Article } from '../../../../components/news/article.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export const revalidate = 3600

export function generateStaticParams() {
  return []
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: wordsIn(await pageLanguage(params)).news.title }
}

export default async function ArticlePage({ params }: Props) {
  const language = await pageLanguage(params)
  const id = Number((await params).id)
  const initial = await snapshot(articles({ id }))
  if (initial.value.rows.length === 0) notFound()
  return (
    <PageFrame language={language} words={['news']} path={`/news/${id}`} section="news">
      <Article language={language} initial={initial} />
      <SourceFiles language={language} page="article" />
    </PageFrame>
  )
}
