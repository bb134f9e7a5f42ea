import { exchange } from '../../../../channels/market.ts'
import { takeRequest } from '../../../../server/posted-request.ts'

/** Places the order of the form. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string }> }) {
  return takeRequest(request, (await params).lang, {
    page: 'market',
    maxBytes: 1_000,
    refusal: ({ market }) => market.notPlaced,
    ask: (guest, field) =>
      guest.request(exchange(), 'place', {
        side: field('side') === 'sell' ? 'sell' : 'buy',
        price: Number(field('price')),
        quantity: Number(field('quantity')),
        trader: field('trader') || '?',
      }),
  })
}
