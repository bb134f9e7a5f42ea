import type { Metadata } from 'next'
import { DocumentPage } from '../../../components/docs/document-page.tsx'
import { hrefOfFile } from '../../../components/docs/guides.ts'
import { readDocument } from '../../../components/docs/markdown.ts'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const { site, docs } = wordsIn(language)
  return pageMetadata({ language, path: '/benchmarks', title: site.benchmarks, description: docs.benchmarksLead })
}

export default async function BenchmarksPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { site, docs } = wordsIn(language)
  const document = await readDocument('bench/README.md', (file) => hrefOfFile(language, file))
  return (
    <PageFrame language={language} words={['search']} path="/benchmarks" section="benchmarks">
      <DocumentPage
        language={language}
        document={{ ...document, title: site.benchmarks }}
        // In English the document begins with it.
        {...(language !== 'en' && { lead: docs.benchmarksLead })}
        isEnglish
      />
    </PageFrame>
  )
}
