import { bytesKey, type Json, jsonText, parseJson } from '@baro/core'

/**
 * A state as JSON text. What is validated on arrival cannot hold the key `baro:bytes` other than as the form of bytes; a
 * state is made by the application, perhaps with keys that somebody chose, and its readers would take the key for bytes
 * and fail. It is left out there, and `misused` is told: one user's word must not cost everybody the channel.
 *
 * @throws if the value is nothing that JSON can hold.
 */
export function stateText(value: unknown, misused: () => void): string | undefined {
  const text = jsonText(value)
  // As good as every state: without the key, or with nothing but bytes under it.
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
