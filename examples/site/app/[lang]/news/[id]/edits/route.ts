import { newsroom } from '../../../../../channels/news.ts'
import { takeRequest } from '../../../../../server/posted-request.ts'

/** A text of 4,000 Hangul syllables, percent-encoded, and a headline. */
const maxBytes = 40_000

/** Changes the article of the form. */
export async function POST(request: Request, { params }: { params: Promise<{ lang: string; id: string }> }) {
  const { lang, id } = await params
  return takeRequest(request, lang, {
    page: `news/${Number(id)}`,
    others: ['news'],
    maxBytes,
    refusal: ({ news }) => news.notSaved,
    ask: (guest, field) =>
      guest.request(newsroom(), 'save', { id: Number(id), title: field('title'), body: field('body') }),
  })
}
