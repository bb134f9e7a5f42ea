import { prelude, presenting } from './prelude.ts'
import { type Script, script } from './script.ts'

const used = `
local function use(name, record, usedBefore, trimmed)
  record.u = now
  if trimmed or math.floor(now / 60000) ~= math.floor(usedBefore / 60000) then save(name, record, usedBefore) end
end
`

/**
 * Arguments: now, channel, `after` or `until`, the offset or '', limit, bytes.
 *
 * Answers: epoch, offset and check of the head, the floor, the check where it begins or '-', the first offset, the check before it, the
 * check of the last, then the texts.
 */
export const read: Script = script(
  'read',
  'frees',
  prelude,
  used,
  `
local name, kind, limit, room = ARGV[2], ARGV[3], tonumber(ARGV[5]), tonumber(ARGV[6])
local record, existed = recordOf(name)
if existed then use(name, record, record.u, trim(name, record)) end
local list, f, o = keyOf('l', name), record.f, record.o
local texts, first = {}, nil
local upTo
local asked = ARGV[4] ~= '' and tonumber(ARGV[4]) or o
local from
if kind == 'after' then
  first = math.min(math.max(asked, f), o) + 1
  from = checkAt(name, record, asked)
  local at, full = first, false
  while at <= o and #texts < limit and not full do
    local count = math.min(64, limit - #texts, o - at + 1)
    for _, item in ipairs(redis.call('LRANGE', list, at - f - 1, at - f - 2 + count)) do
      local _, bytes, _, start = split(item)
      room = room - bytes
      if room < 0 and #texts > 0 then full = true break end
      texts[#texts + 1] = string.sub(item, start)
    end
    at = at + count
  end
  upTo = checkAt(name, record, first + #texts - 1)
else
  first = math.max(math.min(asked, o), f) + 1
  local last = first - 1
  local reversed, full = {}, false
  while first - 1 > f and #reversed < limit and not full do
    local count = math.min(64, limit - #reversed, first - 1 - f)
    local items = redis.call('LRANGE', list, first - 1 - f - count, first - 2 - f)
    for index = #items, 1, -1 do
      local _, bytes, _, start = split(items[index])
      room = room - bytes
      if room < 0 and #reversed > 0 then full = true break end
      reversed[#reversed + 1] = string.sub(items[index], start)
      first = first - 1
    end
  end
  for index = #reversed, 1, -1 do texts[#texts + 1] = reversed[index] end
  from = asked >= f and checkAt(name, record, first - 1) or nil
  upTo = checkAt(name, record, first + #texts - 1)
end
return { record.e, whole(o), record.c, whole(f), from or '-', whole(first), upTo, unpack(texts) }
`,
)

/** Arguments: now, then channels. Answers with epoch, offset and check of each. Whoever asks uses them. */
export const heads: Script = script(
  'heads',
  'frees',
  prelude,
  used,
  `
local found = {}
for at = 2, #ARGV do
  local record, existed = recordOf(ARGV[at])
  if existed then use(ARGV[at], record, record.u, false) end
  found[#found + 1] = record.e
  found[#found + 1] = whole(record.o)
  found[#found + 1] = record.c
end
return found
`,
)

/** Arguments: now, channel, version. Answers with epoch, offset, check and state; with nothing if there is none of the version. */
export const readState: Script = script(
  'read-state',
  'frees',
  prelude,
  used,
  `
local name = ARGV[2]
local record, existed = recordOf(name)
if not existed then return false end
local own, kind = stateOf(record, ARGV[3])
use(name, record, record.u, false)
local state = own and redis.call('GET', keyOf(kind, name))
if not state then return false end
return { record.e, whole(own[1]), own[2], state }
`,
)

/** Arguments: now, the set. Answers with epoch, offset and check of the head, and the members: their count, and a list unless the set is large. */
export const readMembers: Script = script(
  'read-members',
  'frees',
  prelude,
  used,
  presenting,
  `
local name = ARGV[2]
local record, existed = recordOf(name)
if existed then use(name, record, record.u, false) end
local meta = redis.call('GET', keyOf('p', name))
local isLarge = meta and cmsgpack.unpack(meta)[1]
local count = redis.call('HLEN', keyOf('m', name))
return { record.e, whole(record.o), record.c, count, isLarge and '' or listOf(membersOf(name)) }
`,
)

/** Arguments: now, the set, the id after which it begins or nothing, how many. Answers with whether there are more, then the members. */
export const pageOfMembers: Script = script(
  'page-of-members',
  'frees',
  prelude,
  presenting,
  `
local set, limit = ARGV[2], tonumber(ARGV[4])
local from = ARGV[3] == '' and '-' or '(' .. ARGV[3]
local ids = redis.call('ZRANGEBYLEX', keyOf('i', set), from, '+', 'LIMIT', 0, limit + 1)
local texts = {}
for index = 1, math.min(#ids, limit) do
  texts[index] = memberText(cmsgpack.unpack(redis.call('HGET', keyOf('m', set), ids[index])))
end
return { #ids > limit and 1 or 0, listOf(texts) }
`,
)
