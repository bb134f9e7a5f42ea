import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { orders, shownOrders, shownTrades, trades } from '../../../channels/market.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { Market } from '../../../components/market/market.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 60

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({ language, path: '/market', title: words.market.title, description: words.demos.hints.market })
}

export default async function MarketPage({ params }: Props) {
  const language = await pageLanguage(params)
  const [bids, asks, traded] = await Promise.all([
    snapshot(orders({ side: 'buy' }, { order: ['-price', 'id'], limit: shownOrders })),
    snapshot(orders({ side: 'sell' }, { order: ['price', 'id'], limit: shownOrders })),
    snapshot(trades({}, { order: ['-id'], limit: shownTrades })),
  ])
  return (
    <PageFrame language={language} words={['market']} path="/market" section="market">
      <Market language={language} bids={bids} asks={asks} traded={traded} />
      <SourceFiles language={language} page="market" />
    </PageFrame>
  )
}
