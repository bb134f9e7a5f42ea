import type { Site } from './site.ts'

/** What a test has published into a room: the truth that pages are compared with. */
export interface PublisherLog {
  readonly room: string
  readonly path: string
  /** The ids, in order, which is their order as text too; no other log has them. */
  readonly ids: readonly string[]
  publish(count: number): Promise<void>
}

let logs = 0

/** A log of a room that nobody has asked for yet, or of one that is given. */
export function createLog(site: () => Site, room: string = `room-${Date.now().toString(36)}${logs}`): PublisherLog {
  const name = `w-${Date.now()}-${logs++}`
  const ids: string[] = []
  return {
    room,
    path: `/rooms/${room}`,
    ids,
    async publish(count) {
      for (let index = 0; index < count; index++)
        ids.push(await site().publish(room, `${name}-${String(ids.length).padStart(4, '0')}`))
    },
  }
}
