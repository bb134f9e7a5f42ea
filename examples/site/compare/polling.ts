import { pageWith, type Shown, type Way } from './way.ts'

/** An empty page that asks every five seconds. */
export const polling: Way = {
  serve() {
    return (_request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageWith(undefined))
    }
  },
  follow(_html, visit) {
    const ask = async () => {
      visit.requested()
      const answer = await fetch('/baro/channels/pulse?view=state', { cache: 'no-store' })
      const text = await answer.text()
      visit.received(text.length)
      const newest = (JSON.parse(text) as readonly Shown[]).at(-1)
      if (newest) visit.show(newest)
    }
    const again = () => void ask().catch(() => {})
    again()
    const timer = setInterval(again, 5_000)
    return () => clearInterval(timer)
  },
}
