'use client'

import { type ComponentProps, lazy, Suspense } from 'react'

const Market = lazy(async () => ({ default: (await import('./market-thumbnail.tsx')).MarketThumbnail }))
const News = lazy(async () => ({ default: (await import('./news-thumbnail.tsx')).NewsThumbnail }))
const Shop = lazy(async () => ({ default: (await import('./shop-thumbnail.tsx')).ShopThumbnail }))

/*
 * What follows rows weighs half as much as all other thumbnails (5 kB compressed). Until it comes, the cards show what the page
 * was rendered with; a site without a database never loads it.
 */

export function LateMarket(props: ComponentProps<typeof Market>) {
  return (
    <Suspense>
      <Market {...props} />
    </Suspense>
  )
}

export function LateNews(props: ComponentProps<typeof News>) {
  return (
    <Suspense>
      <News {...props} />
    </Suspense>
  )
}

export function LateShop(props: ComponentProps<typeof Shop>) {
  return (
    <Suspense>
      <Shop {...props} />
    </Suspense>
  )
}
