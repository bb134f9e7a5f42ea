/**
 * Messages that a hub cannot take. A client of ours sends none; whatever else is in the page, on the way, or of another
 * version, does. Each is answered by an error that names it, and refuses nothing but itself.
 */
import { decodeClientMessage } from '@baro/core/protocol'
import { room, roomIds } from './channels.ts'

const channel = room({ id: roomIds[0] }).channel
const mark = 'bad-message-'

/** What is wrong with a message. */
export const badKinds = ['nested', 'proto', 'bytes', 'unknown', 'shape'] as const

/** One of {@link badKinds}. */
export type BadKind = (typeof badKinds)[number]

// The payload comes first, so that nobody who reads along takes them for messages.
const texts: Readonly<Record<BadKind, (id: string) => string>> = {
  nested: (id) => publishOf(id, `${'['.repeat(300)}${']'.repeat(300)}`),
  proto: (id) => publishOf(id, '{"__proto__":1}'),
  bytes: (id) => publishOf(id, '{"baro:bytes":"AQ==","beside":1}'),
  unknown: (id) => `{"payload":{"id":"${id}"},"type":"baro:later"}`,
  shape: (id) => `{"payload":{"id":"${id}","channel":7},"type":"baro:request"}`,
}

function publishOf(id: string, payload: string): string {
  return `{"payload":{"id":"${id}","channel":"${channel}","type":"note","payload":${payload}},"type":"baro:publish"}`
}

/** A bad message, named by a number. */
export function badMessage(kind: BadKind, number: number): string {
  return texts[kind](`${mark}${number}`)
}

/** The names of all bad messages in a text. */
export function badIdsIn(text: string): readonly string[] {
  return text.includes(mark) ? (text.match(/bad-message-\d+/g) ?? []) : []
}

/** Puts a message among those of a body, behind the greeting. */
export function amongOthers(body: string, message: string): string {
  const [greeting, ...others] = textsOf(body)
  return `{"messages":[${[greeting, message, ...others].join(',')}]}`
}

/** Whether a body holds a message that cannot be taken: what a hub asks that refuses bodies as a whole. */
export function holdsBadMessage(body: string): boolean {
  return badIdsIn(body).length > 0 && textsOf(body).some((text) => !decodeClientMessage(text).ok)
}

function textsOf(body: string): readonly string[] {
  const { messages } = JSON.parse(body) as { readonly messages: readonly unknown[] }
  return messages.map((message) => JSON.stringify(message))
}
