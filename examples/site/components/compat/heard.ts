import { type CompatMessage, keptMessages } from '../../channels/compat.ts'

/** What one client has heard, in order; each function below gives the next one. */
export interface Heard {
  readonly messages: readonly CompatMessage[]
  /** Ids that the client began with: a client that joins first and asks then may get the last of them once more. */
  readonly begunWith: ReadonlySet<string>
}

/** A client begins with what the room has. */
export function began(messages: readonly CompatMessage[]): Heard {
  return { messages, begunWith: new Set(messages.map(({ id }) => id)) }
}

/** A message arrived. One that arrives twice is shown twice: the page must not hide what it is there to show. */
export function heard({ messages, begunWith }: Heard, message: CompatMessage): Heard {
  if (begunWith.has(message.id)) return { messages, begunWith }
  return { messages: [...messages, message].slice(-keptMessages), begunWith }
}
