import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { DocumentPage } from '../../../../../components/docs/document-page.tsx'
import { hrefOfFile } from '../../../../../components/docs/guides.ts'
import { readDocument } from '../../../../../components/docs/markdown.ts'
import {
  isReferencePage,
  type ReferencePage,
  referenceFile,
  referencePages,
} from '../../../../../components/docs/reference-pages.ts'
import { PageFrame } from '../../../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; page: string[] }>
}

/** There are no others. */
export const dynamicParams = false

export function generateStaticParams() {
  return referencePages.map((page) => ({ page: page.split('/') }))
}

async function pageOf(params: Props['params']): Promise<ReferencePage> {
  const page = (await params).page.join('/')
  return isReferencePage(page) ? page : notFound()
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, page] = await Promise.all([pageLanguage(params), pageOf(params)])
  const { docs } = wordsIn(language)
  const title = `@baro/${page}`
  return pageMetadata({ language, path: `/docs/api/${page}`, title, description: docs.referenceDescription })
}

/** What is imported by one name. */
export default async function DoorPage({ params }: Props) {
  const [language, page] = await Promise.all([pageLanguage(params), pageOf(params)])
  const document = await readDocument(referenceFile(page), (file) => hrefOfFile(language, file))
  return (
    <PageFrame language={language} words={['search']} path={`/docs/api/${page}`} section="docs">
      <DocumentPage language={language} document={document} guide="api" isEnglish deepest={3} />
    </PageFrame>
  )
}
