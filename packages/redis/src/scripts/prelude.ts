import { otherVersionStaysMs } from '@baro/core/broker'

/**
 * What every script begins with: the moment, the keys of a bucket, and a channel's record. Where the functions are told in Lua, so
 * are their comments.
 *
 * All keys of a channel are in one bucket, hence in one slot of a cluster:
 *
 *   PREFIX{N}              hash    the life of the bucket: `absent` (the epoch of channels without a record), `claims`, `gen`
 *   PREFIX{N}:used         zset    channels by the minute of their last use
 *   PREFIX{N}:leases       zset    set and node by the end of the lease
 *   PREFIX{N}:h:CHANNEL    string  the record: epoch, head, floor, bounds, cursor, where the state stands
 *   PREFIX{N}:l:CHANNEL    list    the publications, from the floor to the head
 *   PREFIX{N}:k:CHANNEL    string  the state
 *   PREFIX{N}:j:CHANNEL    string  the state of another version, while nodes of two write
 *   PREFIX{N}:c:CLAIM      string  what is remembered of one id, or of one producer
 *   PREFIX{N}:p:SET        string  of a set of members: its terms; `m:` its members, `i:` their ids, `g:SET NODE` whom a node holds,
 *                                 `a:SET NODE` and `a:NODE` what it was told last
 *   PREFIX{N}:w:WORK       string  who leads it, and until when; the last number of any lead is `led` of the bucket
 *   PREFIX{N}:s:CHANNEL            pub/sub: deliveries and signals
 */
export const prelude: string = `
local bucket = KEYS[1]
-- Redis tells the time, so that a node whose clock is wrong trims nothing and forgets nothing. A test gives its own.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function whole(number) return string.format('%.0f', number) end
local function keyOf(kind, name) return bucket .. ':' .. kind .. ':' .. name end

-- The names of this life. A bucket without them has lost what it kept: nobody may go on as if it had not.
local function lifeOf()
  local life = redis.call('HMGET', bucket, 'absent', 'claims')
  if not life[1] or not life[2] then error({ err = 'BAROLOST the bucket has no life' }) end
  return life[1], life[2]
end

local function split(item)
  local since, bytes, check, at = string.match(item, '^(%d+)\\n(%d+)\\n([^\\n]*)\\n()')
  return tonumber(since), tonumber(bytes), check, at
end

-- e epoch, o and c the head, f and fc the floor, s and n when the oldest and the newest came, b bytes of payload, z bounds,
-- u last use, h whether it has a state, k where the state stands, j where that of another version stands and when its place was taken,
-- r the offset from which a state holds nothing that was taken back, x the cursor.
local function absentRecord(absent)
  return { e = absent, o = 0, c = '', f = 0, fc = '', s = 0, n = 0, b = 0, z = { 0, 0, 0 }, u = now, h = false }
end

-- Who holds a position of this life must not find it again in the next one (I4).
local function drop(name)
  redis.call('DEL', keyOf('h', name), keyOf('l', name), keyOf('k', name), keyOf('j', name))
  redis.call('ZREM', bucket .. ':used', name)
  local absent = lifeOf()
  local nextAbsent = string.sub(redis.sha1hex(absent .. ' ' .. name .. ' ' .. whole(now)), 1, 16)
  redis.call('HSET', bucket, 'absent', nextAbsent)
end

local function recordOf(name)
  local text = redis.call('GET', keyOf('h', name))
  if text then
    local record = cmsgpack.unpack(text)
    -- Somebody deleted keys by hand, or Redis evicted one: never a guess (I4).
    if redis.call('LLEN', keyOf('l', name)) == record.o - record.f then return record, true end
    drop(name)
  end
  local absent = lifeOf()
  return absentRecord(absent), false
end

-- usedBefore: when it was used last, false if there was no record.
local function save(name, record, usedBefore)
  local before = usedBefore and math.floor(usedBefore / 60000) or -1
  redis.call('SET', keyOf('h', name), cmsgpack.pack(record))
  if math.floor(record.u / 60000) ~= before then redis.call('ZADD', bucket .. ':used', whole(record.u), name) end
end

local function stateOf(record, version)
  if record.k and record.k[3] == version then return record.k, 'k' end
  if record.j and record.j[3] == version then return record.j, 'j' end
end

local function forgetOther(name, record)
  if record.j then redis.call('DEL', keyOf('j', name)) end
  record.j = nil
end

-- Once a publication after the checkpoint is gone, those after it lead to no state.
local function isNeeded(name, record, offset)
  if record.j and (record.j[1] < record.f or now - record.j[6] >= ${otherVersionStaysMs}) then forgetOther(name, record) end
  local foldedTo = record.k and record.k[1] or (record.h and 0)
  if record.j and record.j[1] < foldedTo then foldedTo = record.j[1] end
  return foldedTo and foldedTo >= record.f and foldedTo < offset
end

local function trim(name, record)
  local size, ttl, most = record.z[1], record.z[2], record.z[3]
  local list, before = keyOf('l', name), record.f
  while record.o > record.f do
    local count = record.o - record.f
    if count <= size and record.b <= most and now - record.s < ttl then break end
    local far = count > size + math.max(size, 100) or record.b > most + math.max(most, 65536)
    if isNeeded(name, record, record.f + 1) and not far then break end
    local _, bytes, check = split(redis.call('LPOP', list))
    record.b = record.b - bytes
    record.f = record.f + 1
    record.fc = check
    if record.o > record.f then record.s = split(redis.call('LINDEX', list, 0)) end
  end
  return record.f > before
end

local function checkAt(name, record, offset)
  if offset < record.f or offset > record.o then return nil end
  if offset == record.f then return record.fc end
  if offset == record.o then return record.c end
  local _, _, check = split(redis.call('LINDEX', keyOf('l', name), offset - record.f - 1))
  return check
end
`

/** What appends: the last step of every script that does. */
export const appending: string = `
-- entries: { check, bytes, text } of each. Returns epoch, the place that they follow, the one that they lead to, and their times.
local function push(name, record, entries)
  local epoch, follows, followsCheck = record.e, record.o, record.c
  local list = keyOf('l', name)
  for _, entry in ipairs(entries) do
    redis.call('RPUSH', list, whole(now) .. '\\n' .. entry[2] .. '\\n' .. entry[1] .. '\\n' .. entry[3])
    if record.o == record.f then record.s = now end
    record.o = record.o + 1
    record.c = entry[1]
    record.n = now
    record.b = record.b + tonumber(entry[2])
    if record.k then record.k[5] = record.k[5] + tonumber(entry[2]) end
    if record.j then record.j[5] = record.j[5] + tonumber(entry[2]) end
  end
  return { epoch, whole(follows), followsCheck, whole(record.o), record.c }
end

local function tell(name, places, entries)
  if #entries == 0 then return end
  local lines = { 'D', unpack(places) }
  for _, entry in ipairs(entries) do lines[#lines + 1] = entry[3] end
  redis.call('SPUBLISH', keyOf('s', name), table.concat(lines, '\\n'))
end

-- The state of another version, whose place it takes, stays beside it, unless it may hold what was taken back.
local function keepState(name, record, offset, check, version, state)
  local before = record.k
  if before and before[3] ~= version then
    forgetOther(name, record)
    if before[1] >= (record.r or 0) and redis.call('EXISTS', keyOf('k', name)) == 1 then
      redis.call('RENAME', keyOf('k', name), keyOf('j', name))
      before[6] = now
      record.j = before
    end
  end
  redis.call('SET', keyOf('k', name), state)
  record.k = { offset, check, version, #state, 0 }
end
`

/** What is remembered of publishes: the turns of a producer, or the only turn of an id (I5). */
export const claiming: string = `
-- a the number of the last turn that was answered, w the attempt that is at work on the next one, or false, r the answers of the newest numbers, t until when.
local function claimOf(claim)
  local text = redis.call('GET', keyOf('c', claim))
  if not text then return nil end
  local turns = cmsgpack.unpack(text)
  if turns.t <= now then return nil end
  return turns
end

local function keepClaim(claim, turns)
  redis.call('SET', keyOf('c', claim), cmsgpack.pack(turns), 'PX', whole(math.max(1, turns.t - now)))
end

local function answerOf(turns, number)
  if not turns then return nil end
  return turns.r[number - turns.a + #turns.r]
end

local function isOpen(turns, number) return turns and turns.w and number == turns.a + 1 end

local function answer(turns, text)
  turns.w = false
  turns.a = turns.a + 1
  turns.r[#turns.r + 1] = text
end
`

/** Who is in a set, and what tells a change (I9). */
export const presenting: string = `
-- A member is kept as order, since, id as JSON, what else it is known by as JSON between its id and its state, state, and how many nodes
-- hold it.
local function memberText(member)
  return '{"id":' .. member[3] .. member[4] .. ',"state":' .. member[5] .. ',"since":' .. whole(member[2]) .. '}'
end

-- The answer to the call of this number, if it was made and told anything: who asks again is answered as before.
local function answeredBefore(caller, number)
  local text = redis.call('GET', keyOf('a', caller))
  if not text then return nil, false end
  local kept = cmsgpack.unpack(text)
  if kept[1] >= number and kept[2] > now then return kept[3], true end
  return nil, true
end

local function keepAnswer(caller, number, untilMs, answer)
  local ms = whole(math.max(1, untilMs - now))
  redis.call('SET', keyOf('a', caller), cmsgpack.pack({ number, untilMs, answer }), 'PX', ms)
end

local function listOf(texts) return '[' .. table.concat(texts, ',') .. ']' end

local function membersOf(set)
  local members = {}
  for _, text in ipairs(redis.call('HVALS', keyOf('m', set))) do members[#members + 1] = cmsgpack.unpack(text) end
  table.sort(members, function(one, other) return one[1] < other[1] end)
  local texts = {}
  for index, member in ipairs(members) do texts[index] = memberText(member) end
  return texts
end

local function release(set, node, id, left)
  if redis.call('SREM', keyOf('g', set .. '\\n' .. node), id) == 0 then return end
  local text = redis.call('HGET', keyOf('m', set), id)
  if not text then return end
  local member = cmsgpack.unpack(text)
  member[6] = member[6] - 1
  if member[6] > 0 then
    redis.call('HSET', keyOf('m', set), id, cmsgpack.pack(member))
    return
  end
  redis.call('HDEL', keyOf('m', set), id)
  redis.call('ZREM', keyOf('i', set), id)
  left[#left + 1] = member
end

-- What tells the change, as type and payload; nil if nobody sees one. meta: { isLarge, maxListed, order, lease }, maxListed -1 for a set without a channel.
local function entryOf(set, meta, joined, changed, left)
  local count = redis.call('HLEN', keyOf('m', set))
  local type, payload
  if #joined + #changed + #left > 0 and meta[2] >= 0 then
    if meta[1] then
      if count > meta[2] * 0.8 then
        if #joined + #left > 0 then type, payload = 'counted', '{"count":' .. count .. '}' end
      else
        meta[1] = false
        type, payload = 'listed', '{"members":' .. listOf(membersOf(set)) .. '}'
      end
    elseif count > meta[2] then
      meta[1] = true
      type, payload = 'counted', '{"count":' .. count .. '}'
    else
      local parts = {}
      if #joined > 0 then parts[#parts + 1] = '"joined":' .. listOf(joined) end
      if #changed > 0 then parts[#parts + 1] = '"changed":' .. listOf(changed) end
      if #left > 0 then
        local ids = {}
        for index, member in ipairs(left) do ids[index] = member[3] end
        parts[#parts + 1] = '"left":' .. listOf(ids)
      end
      type, payload = 'changed', '{' .. table.concat(parts, ',') .. '}'
    end
  end
  if count > 0 then redis.call('SET', keyOf('p', set), cmsgpack.pack(meta)) else redis.call('DEL', keyOf('p', set)) end
  return type, payload
end

local function tellChange(set, type, payload, id, check, time, size, ttl, bytes)
  local record, existed = recordOf(set)
  local usedBefore = existed and record.u
  local text = '{"id":"' .. id .. '","time":' .. time .. ',"type":"' .. type .. '","payload":' .. payload .. '}'
  local entries = { { check, tostring(#payload), text } }
  local places = push(set, record, entries)
  record.z = { tonumber(size), tonumber(ttl), tonumber(bytes) }
  record.u = now
  trim(set, record)
  save(set, record, usedBefore)
  tell(set, places, entries)
  places[6] = text
  return places
end

local function textsOf(members)
  local texts = {}
  for index, member in ipairs(members) do texts[index] = memberText(member) end
  return listOf(texts)
end
`
