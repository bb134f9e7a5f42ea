import type { Metadata } from 'next'
import { DocumentPage } from '../../../../components/docs/document-page.tsx'
import { hrefOfFile } from '../../../../components/docs/guides.ts'
import { readDocument } from '../../../../components/docs/markdown.ts'
import { referenceIndex } from '../../../../components/docs/reference-pages.ts'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const { docs } = wordsIn(language)
  return pageMetadata({ language, path: '/docs/api', title: docs.reference, description: docs.referenceDescription })
}

/** The packages, and what one calls of each. */
export default async function ReferencePage({ params }: Props) {
  const language = await pageLanguage(params)
  const { docs } = wordsIn(language)
  const document = await readDocument(referenceIndex, (file) => hrefOfFile(language, file))
  return (
    <PageFrame language={language} words={['search']} path="/docs/api" section="docs">
      <DocumentPage
        language={language}
        document={{ ...document, title: docs.reference }}
        lead={docs.referenceLead}
        guide="api"
        isEnglish
      />
    </PageFrame>
  )
}
