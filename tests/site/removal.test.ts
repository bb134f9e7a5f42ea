import { audit, BaroError } from '@baro/core'
import { fold, redactedType, tombstoneType } from '@baro/core/protocol'
import { createHub, type Hub } from '@baro/server'
import { afterEach, describe, expect, test } from 'vitest'
import { activity } from '../../examples/site/channels/activity.ts'
import { type ClubRoom, club, signedInMs } from '../../examples/site/channels/club.ts'
import { room } from '../../examples/site/channels/room.ts'
import { mutedUntil, refusalText } from '../../examples/site/components/room/refusal.ts'
import { wordsIn } from '../../examples/site/i18n/words.ts'
import { openClub } from '../../examples/site/server/club.ts'
import { openRooms } from '../../examples/site/server/rooms.ts'
import { png3x2 } from './media-files.ts'

const member = (id: string) => ({ user: { id, claims: { role: 'member', name: id.toUpperCase() } } })

const hubs: Hub[] = []
afterEach(() => Promise.all(hubs.splice(0).map((hub) => hub.close())))

function createRooms(): Hub {
  const hub = createHub({ channels: [room, club, activity], auth: () => undefined })
  hubs.push(hub)
  openRooms(hub)
  openClub(hub)
  hub.on(activity, { access: 'public' })
  return hub
}

describe('the state of a room for members', () => {
  const said = (offset: number, by: string | undefined, time: number) => ({
    ...{ type: 'message', payload: { name: 'Ada', text: `text ${offset}` }, offset, id: `m${offset}`, time },
    ...(by !== undefined && { by }),
  })
  const stateAfter = (publications: readonly object[]) =>
    publications.reduce((state: ClubRoom, one) => fold(club, state, one as never), { messages: [] })

  test('is owned by who wrote first, whoever writes later, and by nobody whom the server does not know', () => {
    expect(stateAfter([]).owner).toBeUndefined()
    expect(stateAfter([said(1, undefined, 1)]).owner).toBeUndefined()
    expect(stateAfter([said(1, 'ada', 5), said(2, 'eve', 6)]).owner).toEqual({ by: 'ada', untilMs: 5 + signedInMs })
  })

  test('is owned by who writes next once the sign-in of its owner must be over', () => {
    const last = said(2, 'eve', signedInMs - 1)
    expect(stateAfter([said(1, 'ada', 0), last]).owner?.by).toBe('ada')
    expect(stateAfter([said(1, 'ada', 0), last, said(3, 'eve', signedInMs)]).owner?.by).toBe('eve')
  })

  test('keeps of a removed message neither text nor name, the same for who had it and for who never did', () => {
    const notice = { type: redactedType, payload: { id: 'm2', offset: 2 }, offset: 4, id: 'n', time: 9 }
    const tombstone = { type: tombstoneType, payload: {}, offset: 2, id: 'm2', time: 6 }
    const had = stateAfter([said(1, 'ada', 5), said(2, 'eve', 6), said(3, 'ada', 7), notice])
    const never = stateAfter([said(1, 'ada', 5), tombstone, said(3, 'ada', 7), notice])
    expect(had).toEqual(never)
    expect(had.messages[1]).toEqual({ id: 'm2', time: 6, removed: true })
    expect(had.messages).toHaveLength(3)
  })

  test('has its owner after the owner has removed their own first message', () => {
    const notice = { type: redactedType, payload: { id: 'm1', offset: 1 }, offset: 2, id: 'n', time: 9 }
    expect(stateAfter([said(1, 'ada', 5), notice]).owner?.by).toBe('ada')
  })
})

describe('in a room for members', () => {
  async function rooms() {
    const hub = createRooms()
    const [ada, eve] = [hub.open(member('ada')), hub.open(member('eve'))]
    const place = club({ id: '1' })
    await ada.publish(place, 'message', { name: 'whoever', text: 'first' })
    const { id } = await eve.publish(place, 'message', { name: 'whoever', text: 'kimchi' })
    return { hub, ada, eve, place, id, desk: audit(place) }
  }

  test('the owner removes, and nobody else does, not even the sender', async () => {
    const { hub, ada, eve, place, desk, id } = await rooms()
    const refused = expect.objectContaining({ code: 'refused' })
    await expect(eve.request(desk, 'redact', { id })).rejects.toEqual(refused)
    expect(JSON.stringify(await hub.snapshot(place))).toContain('kimchi')
    expect(await ada.request(desk, 'redact', { id })).toEqual({ outcome: 'redacted' })
    expect(JSON.stringify(await hub.snapshot(place))).not.toContain('kimchi')
    expect((await hub.snapshot(desk)).value.actions).toMatchObject([{ type: 'redact', id, by: 'ada' }])
  })

  test('whom the owner has muted is told until when, in words and in their language', async () => {
    const { ada, eve, place, desk } = await rooms()
    const untilMs = Date.now() + 600_000
    await ada.request(desk, 'mute', { user: 'eve', untilMs })
    const error = await eve
      .publish(place, 'message', { name: 'whoever', text: 'again' })
      .catch((error: unknown) => error)
    expect(mutedUntil(error)).toBe(untilMs)
    const minute = new Date(untilMs).toISOString().slice(11, 16)
    expect(refusalText(error, wordsIn('en').room, 'en', 'UTC')).toBe(
      `the owner of this room has muted you until ${minute} UTC.`,
    )
    expect(refusalText(error, wordsIn('ko').room, 'ko', 'UTC')).toMatch(/까지 메시지를 보낼 수 없게 했습니다\.$/)
    await ada.request(desk, 'mute', { user: 'eve', untilMs: 0 })
    await eve.publish(place, 'message', { name: 'whoever', text: 'again' })
  })

  test('another refusal is told as it is', () => {
    expect(mutedUntil(new BaroError('refused', 'No, until 2026-01-01T00:00:00.000Z.'))).toBeUndefined()
    expect(refusalText(new BaroError('refused', 'No.'), wordsIn('ko').room, 'ko')).toBe('No.')
    expect(mutedUntil(new BaroError('muted', 'You are muted.'))).toBeUndefined()
  })
})

describe('in a room for everybody', () => {
  test('one removes what one has sent, and nothing else, and the home page loses it too', async () => {
    const hub = createRooms()
    const place = room({ id: '1' })
    const [ada, eve, guest] = [hub.open(member('ada')), hub.open(member('eve')), hub.open()]
    const { id } = await ada.publish(place, 'message', { text: 'kimchi' })
    const picture = { image: png3x2, mimeType: 'image/png', width: 3, height: 2, alt: 'kimchi.png' } as const
    const shown = await ada.publish(place, 'picture', { picture })
    const all = async () => JSON.stringify([await hub.snapshot(place), await hub.snapshot(activity())])
    for (const stranger of [eve, guest])
      expect(await stranger.request(place, 'remove', { id })).toEqual({ removed: false })
    expect((await all()).match(/kimchi/g)).toHaveLength(3)
    expect((await hub.snapshot(activity())).value.remarks).toHaveLength(2)
    for (const one of [id, shown.id]) expect(await ada.request(place, 'remove', { id: one })).toEqual({ removed: true })
    expect(await all()).not.toContain('kimchi')
    expect((await hub.snapshot(place)).value).toMatchObject([
      { id, removed: true },
      { id: shown.id, removed: true },
    ])
    expect((await hub.snapshot(activity())).value.remarks).toEqual([])
    expect(await ada.request(place, 'remove', { id })).toEqual({ removed: false })
  })

  test('a message of the same id in another room is another one on the home page', async () => {
    const hub = createRooms()
    const ada = hub.open(member('ada'))
    for (const id of ['1', '2']) await ada.publish(room({ id }), 'message', { text: `in ${id}` }, { id: 'same' })
    await ada.request(room({ id: '1' }), 'remove', { id: 'same' })
    expect((await hub.snapshot(activity())).value.remarks).toMatchObject([{ text: 'in 2' }])
  })
})
