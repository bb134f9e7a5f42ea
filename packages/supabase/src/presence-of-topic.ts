/**
 * Who is in a channel, as the clients of one topic get it. In Supabase somebody has a key and, for each connection, a meta; here
 * a member is one, however many connections it has, so a key has a meta for each member that is known by it.
 *
 *     { KEY: { metas: [{ phx_ref, …what the member tells }] } }
 *
 * Source: `RealtimePresence.ts` of `@supabase/realtime-js` 2.119, and the presence of Phoenix under it.
 */
import type { Json, Member, Members, Publication } from '@baro/core'
import { foldMembers, type MembersEntry } from '@baro/core/protocol'
import type { Follower } from '@baro/server'
import { isRecord } from './wire/frame.ts'

/** What one client is told of a member. Another state has another number. */
type Meta = Readonly<Record<string, Json>> & { readonly phx_ref: string }

/** What a client is told of some members. */
type Keyed = Record<string, { metas: Meta[] }>

interface Shown {
  readonly key: string
  readonly member: Member
  readonly meta: Meta
}

/** Tells one client who is here. */
export class PresenceOfTopic implements Follower {
  readonly #tell: (event: 'presence_state' | 'presence_diff', payload: Json) => void
  readonly #failed: Follower['failed']
  #members: Members = { count: 0, list: [] }
  #shown = new Map<string, Shown>()
  #numbers = 0

  constructor(tell: (event: 'presence_state' | 'presence_diff', payload: Json) => void, failed: Follower['failed']) {
    this.#tell = tell
    this.#failed = failed
  }

  /** A large room lists nobody, so nobody is shown. */
  reset(_reason: string, { value }: { readonly value: Json | undefined }): void {
    this.#members = (value ?? { count: 0, list: [] }) as unknown as Members
    this.#shown = new Map((this.#members.list ?? []).map((member) => [member.id, this.#show(member)]))
    this.#tell('presence_state', keyed(this.#shown.values()))
  }

  delivered({ publications }: { readonly publications: readonly Publication[] }): void {
    if (publications.length === 0) return
    for (const publication of publications)
      this.#members = foldMembers(this.#members, publication as unknown as MembersEntry)
    const now = new Map((this.#members.list ?? []).map((member) => [member.id, member]))
    const joins: Shown[] = []
    const leaves: Shown[] = []
    for (const [id, member] of now) {
      const before = this.#shown.get(id)
      if (before?.member === member) continue
      const shown = this.#show(member, before?.meta.phx_ref)
      this.#shown.set(id, shown)
      joins.push(shown)
      if (before) leaves.push(before)
    }
    for (const [id, shown] of this.#shown) {
      if (now.has(id)) continue
      leaves.push(shown)
      this.#shown.delete(id)
    }
    if (joins.length + leaves.length > 0) this.#tell('presence_diff', { joins: keyed(joins), leaves: keyed(leaves) })
  }

  failed(error: Parameters<Follower['failed']>[0]): void {
    this.#failed(error)
  }

  #show(member: Member, before?: string): Shown {
    const told = isRecord(member.state) ? (member.state as Readonly<Record<string, Json>>) : {}
    const phx_ref = String(++this.#numbers)
    return {
      key: keyOf(member),
      member,
      meta: { ...told, phx_ref, ...(before !== undefined && { phx_ref_prev: before }) },
    }
  }
}

/** A user is known by its id, also to clients of Supabase that call themselves otherwise: nobody else can take it. */
function keyOf({ id, user, alias }: Member): string {
  return user ?? alias ?? id
}

function keyed(all: Iterable<Shown>): Keyed {
  const byKey: Keyed = Object.create(null)
  for (const { key, meta } of all) {
    const entry = byKey[key] ?? { metas: [] }
    byKey[key] = entry
    entry.metas.push(meta)
  }
  return byKey
}
