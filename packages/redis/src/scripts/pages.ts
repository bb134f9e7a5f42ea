/**
 * Pages and marks, all in one slot. A page may be lost, and Redis may evict any key: then it is rendered again.
 *
 *   PREFIX{pages}:p:KEY   hash    a page: `v` which write, `r` when its render began, `m` what decides about it, `=NAME` its bytes
 *   PREFIX{pages}:used    zset    keys of pages by their last use
 *   PREFIX{pages}:sizes   hash    bytes of each page; those of all under ''
 *   PREFIX{pages}:l:KEY   string  who may render the page, and until when
 *   PREFIX{pages}:marks   zset    tags by the number of their newest mark; '' stands for all that were forgotten
 *   PREFIX{pages}:m               pub/sub: marks
 */
import { maxSkewMs } from '@baro/core/broker'
import { type Script, script } from './script.ts'

const moment = `
local store = KEYS[1]
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function whole(number) return string.format('%.0f', number) end
`

const forgetting = `
local function forget(key)
  local bytes = redis.call('HGET', store .. ':sizes', key)
  if bytes then
    redis.call('HDEL', store .. ':sizes', key)
    redis.call('HINCRBY', store .. ':sizes', '', '-' .. bytes)
  end
  redis.call('ZREM', store .. ':used', key)
  redis.call('DEL', store .. ':p:' .. key)
end
`

// With the number of what was forgotten, which is that of the moment in which nothing was known: a page from before may lack a mark that
// was lost. All in one key, so that a part of it is never lost alone.
const marking = `
local marks = store .. ':marks'
local forgotten = tonumber(redis.call('ZSCORE', marks, ''))
if not forgotten then
  forgotten = now
  redis.call('ZADD', marks, whole(now), '')
end
local function newest() return tonumber(redis.call('ZREVRANGE', marks, 0, 0, 'WITHSCORES')[2]) end
`

/** Arguments: now, the key, the write that the caller has, for how long it is kept from now on. Answers with nothing; with 1 if the caller has it; else with the write, its render, what decides, and each part after its name. */
export const readPage: Script = script(
  'read-page',
  'frees',
  moment,
  forgetting,
  `
local key, page = ARGV[2], store .. ':p:' .. ARGV[2]
local version = redis.call('HGET', page, 'v')
if not version then
  forget(key)
  return false
end
redis.call('ZADD', store .. ':used', whole(now), key)
redis.call('PEXPIRE', page, ARGV[4])
if version == ARGV[3] then return 1 end
local fields = redis.call('HMGET', page, 'r', 'm')
local reply = { version, fields[1], fields[2] }
local all = redis.call('HGETALL', page)
for at = 1, #all, 2 do
  if string.sub(all[at], 1, 1) == '=' then
    reply[#reply + 1] = string.sub(all[at], 2)
    reply[#reply + 1] = all[at + 1]
  end
end
return reply
`,
)

/** Arguments: now, the key, which write, when its render began, its bytes, those of all at most, for how long it is kept, what decides, then name and bytes of each part. Answers whether it is kept. */
export const writePage: Script = script(
  'write-page',
  'fills',
  moment,
  forgetting,
  `
local key, page = ARGV[2], store .. ':p:' .. ARGV[2]
local bytes, most = tonumber(ARGV[5]), tonumber(ARGV[6])
local before = redis.call('HGET', page, 'r')
if before and tonumber(before) > tonumber(ARGV[4]) and tonumber(before) <= now + ${maxSkewMs} then return 0 end
forget(key)
if bytes > most then return 0 end
redis.call('HSET', page, 'v', ARGV[3], 'r', ARGV[4], 'm', ARGV[8])
for at = 9, #ARGV, 2 do redis.call('HSET', page, '=' .. ARGV[at], ARGV[at + 1]) end
redis.call('PEXPIRE', page, ARGV[7])
redis.call('ZADD', store .. ':used', whole(now), key)
redis.call('HSET', store .. ':sizes', key, ARGV[5])
redis.call('HINCRBY', store .. ':sizes', '', ARGV[5])
for _ = 1, 1000 do
  if tonumber(redis.call('HGET', store .. ':sizes', '')) <= most then break end
  local oldest = redis.call('ZRANGE', store .. ':used', 0, 0)[1]
  if not oldest or oldest == key then break end
  forget(oldest)
end
return 1
`,
)

/** Arguments: now, the key. */
export const dropPage: Script = script('drop-page', 'frees', moment, forgetting, 'forget(ARGV[2]) return 1')

/** Arguments: now, how many pages are looked at, where to go on, then tags as JSON texts. Forgets those that have one of them, and answers with where to go on, which is 0 at the end. */
export const purgePages: Script = script(
  'purge-pages',
  'frees',
  moment,
  forgetting,
  `
local found = redis.call('ZSCAN', store .. ':used', ARGV[3], 'COUNT', ARGV[2])
for at = 1, #found[2], 2 do
  local key = found[2][at]
  local about = redis.call('HGET', store .. ':p:' .. key, 'm') or ''
  for tag = 4, #ARGV do
    if string.find(about, ARGV[tag], 1, true) then
      forget(key)
      break
    end
  end
end
return found[1]
`,
)

/** Arguments: now, the key, who asks, for how long. Answers with 1 if it may render the page. */
export const leasePage: Script = script(
  'lease-page',
  'fills',
  moment,
  `
local held = redis.call('GET', store .. ':l:' .. ARGV[2])
if held and cmsgpack.unpack(held)[2] > now then return 0 end
redis.call('SET', store .. ':l:' .. ARGV[2], cmsgpack.pack({ ARGV[3], now + tonumber(ARGV[4]) }), 'PX', ARGV[4])
return 1
`,
)

/** Arguments: now, the key, who gives it back: a lease that another one has meanwhile stays. */
export const releasePage: Script = script(
  'release-page',
  'frees',
  moment,
  `
local held = redis.call('GET', store .. ':l:' .. ARGV[2])
if held and cmsgpack.unpack(held)[1] == ARGV[3] then redis.call('DEL', store .. ':l:' .. ARGV[2]) end
return 1
`,
)

/** Arguments: now, how many tags are remembered, then tags. Answers with the number of the mark, and that of the one before. */
export const markPages: Script = script(
  'mark-pages',
  'fills',
  moment,
  marking,
  `
local last = newest()
local number = math.max(last + 1, now)
for at = 3, #ARGV do redis.call('ZADD', marks, whole(number), ARGV[at]) end
local many = redis.call('ZCARD', marks) - 1 - tonumber(ARGV[2])
if many > 0 then
  -- '' has the smallest number of all.
  forgotten = redis.call('ZRANGE', marks, many, many, 'WITHSCORES')[2]
  redis.call('ZREMRANGEBYRANK', marks, 1, many)
  redis.call('ZADD', marks, forgotten, '')
end
local message = { whole(number), whole(last) }
for at = 3, #ARGV do message[#message + 1] = ARGV[at] end
redis.call('SPUBLISH', store .. ':m', cjson.encode(message))
return { whole(number), whole(last) }
`,
)

/** Arguments: now, the number of the last mark that the caller knows. Answers with the number of the newest, that of what was forgotten, then each later tag and its number. */
export const marksSince: Script = script(
  'marks-since',
  'frees',
  moment,
  marking,
  `
local reply = { whole(newest()), whole(forgotten) }
local later = redis.call('ZRANGEBYSCORE', marks, '(' .. ARGV[2], '+inf', 'WITHSCORES')
for at = 1, #later, 2 do
  if later[at] ~= '' then
    reply[#reply + 1] = later[at]
    reply[#reply + 1] = whole(tonumber(later[at + 1]))
  end
end
return reply
`,
)
