import { BaroError, type Json } from '@baro/core'
import type { Context } from '../context.ts'
import { payloadFrom } from '../hub/channel-door.ts'

/** The payload in the arguments, or else what is piped in. */
export async function payloadOf({ io }: Context, given: string | undefined, isText: boolean): Promise<Json> {
  if (given !== undefined && given !== '-') return payloadFrom(given, isText)
  if (!io.input) throw new BaroError('bad-message', 'There is no payload. Give it after the type, or pipe it in.')
  const text = await textOf(io.input)
  return payloadFrom(isText ? text.replace(/\r?\n$/, '') : text, isText)
}

/** The payloads that are piped in, one for each line. */
export async function payloadsOf({ io }: Context, isText: boolean): Promise<readonly Json[]> {
  const lines = io.input ? (await textOf(io.input)).split(/\r?\n/).filter((line) => line !== '') : []
  if (lines.length === 0) throw new BaroError('bad-message', 'No line is piped in, so there is nothing to publish.')
  return lines.map((line) => payloadFrom(line, isText))
}

async function textOf(input: AsyncIterable<string | Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of input) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}
