/** One channel of a hub, at its URL. */
import { BaroError, type Json } from '@baro/core'
import { channelNameOf, orThrow } from '@baro/core/protocol'
import type { HubDoor } from './hub-door.ts'

/** One publication as the URL of a channel tells it. */
export interface Told {
  readonly type: string
  readonly payload: Json
  readonly offset?: number
  readonly id?: string
  readonly time?: number
  readonly by?: string
  readonly position?: string
}

/** What a GET of a channel answers. */
export interface ChannelAnswer {
  readonly reset?: string
  readonly snapshot?: Json
  readonly publications: readonly Told[]
  readonly position: string
  readonly more?: true
}

/** Where a channel is below the hub. Its segments may be written in their own characters. */
export function channelPath(text: string): string {
  return `/channels/${orThrow(channelNameOf(text))}`
}

/** Where the stream of a channel ends now. */
export async function headOf(door: HubDoor, path: string): Promise<string> {
  const response = await door.send({ method: 'HEAD', path })
  const position = response.headers.get('baro-position')
  if (response.ok && position !== null) return position
  // A head has no words. What was wrong is in the body of the GET.
  return (await door.ask<ChannelAnswer>({ path })).body.position
}

/** The publications kept up to a position, oldest first; none if the rule of the channel does not allow its history. */
export async function keptBefore(
  door: HubDoor,
  path: string,
  position: string,
  count: number,
): Promise<readonly Told[]> {
  const kept: Told[] = []
  let before = position
  while (kept.length < count) {
    const query = { before, limit: Math.min(count - kept.length, 500) }
    const { body } = await door.ask<ChannelAnswer>({ path, query })
    kept.unshift(...body.publications)
    if (!body.more) break
    before = body.position
  }
  return kept
}

/** A payload as a person types it. */
export function payloadFrom(text: string, isText: boolean): Json {
  if (isText) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new BaroError(
      'bad-message',
      `The payload ${JSON.stringify(text.slice(0, 80))} is no JSON. For a text add --text; an object needs quotes around it in a shell: '{"text":"hi"}'.`,
    )
  }
}
