import type { Json } from '@baro/core'
import { bytesKey, jsonText, parseJson } from '@baro/core/protocol'

/**
 * A state as JSON text. A payload is validated on arrival, so in it the key `baro:bytes` always stands for bytes. A
 * state is made by the application, perhaps with keys that users chose. A reader would take such a key for bytes, and
 * fail. So the key is left out, and `misused` is called: one user's word must not cost everybody the channel.
 *
 * @throws {TypeError} if JSON cannot hold the value.
 */
export function stateText(value: unknown, misused: () => void): string | undefined {
  const text = jsonText(value)
  // Nearly every state: it has no such key, or only bytes under it.
  if (!text?.includes(`"${bytesKey}":`) || parseJson(text).ok) return text
  const cleaned = JSON.stringify(JSON.parse(text, leaveOut))
  if (cleaned !== text) misused()
  return cleaned
}

function leaveOut(_key: string, value: Json): Json {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, bytesKey)) return value
  if (parseJson(JSON.stringify(value)).ok) return value
  const { [bytesKey]: _, ...others } = value as Readonly<Record<string, Json>>
  return others
}
