import { till } from '../../../../channels/shop.ts'
import { takeRequest } from '../../../../server/posted-request.ts'

/** Sells one, or brings more, for the form of a product. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string }> }) {
  return takeRequest(request, (await params).lang, {
    page: 'shop',
    maxBytes: 200,
    refusal: ({ shop }) => shop.notDone,
    ask: (guest, field) =>
      guest.request(till(), field('what') === 'restock' ? 'restock' : 'buy', { product: Number(field('product')) }),
  })
}
