import type { Board } from '../../channels/board.ts'
import { type BotStroke, nextStroke, pictures } from './pictures.ts'

/** A stroke twice a second while somebody watches, and for a minute after; every ten seconds else. */
const strokeMs = 500
const lingerMs = 60_000
const idleStrokeMs = 10_000

/** What the bot asks of its surroundings. */
export interface Surroundings {
  readonly isWatched: () => boolean
  readonly draw: (stroke: BotStroke) => Promise<void>
  readonly board: () => Promise<Board>
}

/** Draws pictures on the board, for ever. */
export function drawPictures({ isWatched, draw, board }: Surroundings): { stop(): void } {
  let picture = 0
  let [watchedAt, drawnAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let isDrawing = false
  async function stroke(): Promise<void> {
    const now = performance.now()
    if (isWatched()) watchedAt = now
    const pauseMs = now - watchedAt < lingerMs ? 0 : idleStrokeMs
    if (isDrawing || now - drawnAt < pauseMs) return
    isDrawing = true
    drawnAt = now
    try {
      const next = nextStroke(await board(), pictures[picture] ?? [])
      if (next) await draw(next)
      else picture = (picture + 1) % pictures.length
    } finally {
      isDrawing = false
    }
  }
  // A stroke that could not be drawn (Redis is away) is drawn at the next tick.
  const timer = setInterval(() => void stroke().catch(() => {}), strokeMs)
  return { stop: () => clearInterval(timer) }
}
