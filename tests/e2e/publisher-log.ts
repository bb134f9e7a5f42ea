import type { Site } from './site.ts'

/** What a test has published into a room of its own: the truth that pages are compared with. */
export interface PublisherLog {
  readonly room: string
  readonly path: string
  /** The ids, in order; their order as text is the same. */
  readonly ids: readonly string[]
  publish(count: number): Promise<void>
}

/** A room nobody has asked for yet, and its log. */
export function createLog(name: string, site: () => Site): PublisherLog {
  const room = `${name}-${Date.now().toString(36)}`
  const ids: string[] = []
  return {
    room,
    path: `/rooms/${room}`,
    ids,
    async publish(count) {
      for (let index = 0; index < count; index++)
        ids.push(await site().publish(room, `w${String(ids.length).padStart(4, '0')}`))
    },
  }
}
