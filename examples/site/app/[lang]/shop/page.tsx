import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { products } from '../../../channels/shop.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { ProductList } from '../../../components/shop/product-list.tsx'
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
  return pageMetadata({ language, path: '/shop', title: words.shop.title, description: words.demos.hints.shop })
}

export default async function ShopPage({ params }: Props) {
  const language = await pageLanguage(params)
  const initial = await snapshot(products())
  return (
    <PageFrame language={language} words={['shop']} path="/shop" section="shop">
      <ProductList language={language} initial={initial} />
      <SourceFiles language={language} page="shop" />
    </PageFrame>
  )
}
