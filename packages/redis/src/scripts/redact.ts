import { appending, prelude } from './prelude.ts'
import { type Script, script } from './script.ts'

/**
 * Arguments: now, channel, size, ttl, bytes, offset, type and payload of the tombstone as JSON without braces, bytes of its payload, then check, bytes and text of
 * the entry, and the check of what stands at the offset. Answers with the places, or with nothing.
 */
export const redact: Script = script(
  'redact',
  'fills',
  prelude,
  appending,
  `
local name, offset = ARGV[2], tonumber(ARGV[6])
local record, existed = recordOf(name)
if not existed then return false end
local usedBefore = record.u
local trimmed = trim(name, record)
local list, index = keyOf('l', name), offset - record.f - 1
local item = offset > record.f and offset <= record.o and redis.call('LINDEX', list, index)
local since, bytes, check, at
if item then since, bytes, check, at = split(item) end
if check ~= ARGV[12] then
  if trimmed then save(name, record, usedBefore) end
  return false
end
-- Its id and time stay. A quote inside an id is escaped, so this ends where they end.
local kept = string.match(string.sub(item, at), '^({"id":".-","time":[^,]*)')
record.b = record.b - bytes + tonumber(ARGV[8])
local text = kept .. ',' .. ARGV[7] .. '}'
redis.call('LSET', list, index, whole(since) .. '\\n' .. ARGV[8] .. '\\n' .. check .. '\\n' .. text)
local entries = { { ARGV[9], ARGV[10], ARGV[11] } }
local places = push(name, record, entries)
record.z = { tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]) }
record.u = now
forgetOther(name, record)
record.r = record.o
trim(name, record)
save(name, record, usedBefore)
tell(name, places, entries)
return places
`,
)
