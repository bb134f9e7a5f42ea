import { appending, prelude, presenting } from './prelude.ts'
import { type Script, script } from './script.ts'

/**
 * Arguments: now, set, node, lease, maxListed or -1, then id, check, time, size, ttl and bytes of what tells the change, the number of the touch,
 * how many are held, id, id as JSON, what else it is known by as JSON, and state of each, then the ids of the released.
 *
 * Answers with whether the node was known, who joined, who left, and the places and the text of what was told.
 */
export const touch: Script = script(
  'touch',
  'fills',
  prelude,
  appending,
  presenting,
  `
lifeOf()
local set, node, lease = ARGV[2], ARGV[3], tonumber(ARGV[4])
local number, caller = tonumber(ARGV[12]), set .. '\\n' .. node
local again, isKept = answeredBefore(caller, number)
if again then return again end
local meta = redis.call('GET', keyOf('p', set))
meta = meta and cmsgpack.unpack(meta) or { false, 0, 0, 0 }
meta[2] = tonumber(ARGV[5])
meta[4] = lease
local held = keyOf('g', caller)
local known = redis.call('ZSCORE', bucket .. ':leases', caller) and 1 or 0
local joined, changed, left = {}, {}, {}
local count = tonumber(ARGV[13])
for at = 14, 13 + count * 4, 4 do
  local id, state = ARGV[at], ARGV[at + 3]
  local text = redis.call('HGET', keyOf('m', set), id)
  local member = text and cmsgpack.unpack(text)
  if not member then
    meta[3] = meta[3] + 1
    member = { meta[3], now, ARGV[at + 1], ARGV[at + 2], state, 0 }
    redis.call('ZADD', keyOf('i', set), 0, id)
    joined[#joined + 1] = memberText(member)
  elseif member[5] ~= state then
    member[5] = state
    changed[#changed + 1] = memberText(member)
  end
  if redis.call('SADD', held, id) == 1 then member[6] = member[6] + 1 end
  redis.call('HSET', keyOf('m', set), id, cmsgpack.pack(member))
end
for at = 14 + count * 4, #ARGV do release(set, node, ARGV[at], left) end
if redis.call('SCARD', held) > 0 then
  redis.call('ZADD', bucket .. ':leases', whole(now + lease), caller)
else
  redis.call('ZREM', bucket .. ':leases', caller)
end
local places = {}
local type, payload = entryOf(set, meta, joined, changed, left)
if type then places = tellChange(set, type, payload, ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]) end
local told = { known, listOf(joined), textsOf(left) }
if #joined + #left > 0 or known == 0 then
  keepAnswer(caller, number, now + lease, told)
elseif isKept then
  redis.call('DEL', keyOf('a', caller))
end
return { known, told[2], told[3], unpack(places) }
`,
)

/**
 * Arguments: now, then id, check, time, size, ttl and bytes of what tells a change, then the node that asks and the number of its call. Takes away what nodes held whose lease has run out.
 * Answers for each set that has changed: its name, who left, and places and text of what was told, or six times ''.
 */
export const expire: Script = script(
  'expire',
  'frees',
  prelude,
  appending,
  presenting,
  `
local number = tonumber(ARGV[9])
local again, isKept = answeredBefore(ARGV[8], number)
if again then return again end
local over, sets, lease = {}, {}, 0
for _, who in ipairs(redis.call('ZRANGEBYSCORE', bucket .. ':leases', '-inf', whole(now))) do
  redis.call('ZREM', bucket .. ':leases', who)
  local set, node = string.match(who, '^([^\\n]*)\\n(.*)$')
  if not over[set] then
    over[set] = {}
    sets[#sets + 1] = set
  end
  for _, id in ipairs(redis.call('SMEMBERS', keyOf('g', who))) do release(set, node, id, over[set]) end
end
local found, told = {}, {}
for _, set in ipairs(sets) do
  local left = over[set]
  table.sort(left, function(one, other) return one[1] < other[1] end)
  if #left > 0 then
    local meta = cmsgpack.unpack(redis.call('GET', keyOf('p', set)))
    local type, payload = entryOf(set, meta, {}, {}, left)
    local places = type and tellChange(set, type, payload, ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
    lease = math.max(lease, meta[4])
    for _, part in ipairs({ set, textsOf(left) }) do
      found[#found + 1] = part
      told[#told + 1] = part
    end
    for index = 1, 6 do
      found[#found + 1] = places and places[index] or ''
      told[#told + 1] = ''
    end
  end
end
if #found > 0 then
  keepAnswer(ARGV[8], number, now + lease, told)
elseif isKept then
  redis.call('DEL', keyOf('a', ARGV[8]))
end
return found
`,
)
