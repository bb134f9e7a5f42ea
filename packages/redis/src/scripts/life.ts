import { type Script, script } from './script.ts'

/**
 * The life of everything that is kept. It begins when a node finds nothing, and again when a node finds that a part was lost.
 *
 *   nothing ──begin──▶ being told to all buckets ──born──▶ whole ──a node found a bucket without life, begin──▶ being told …
 *
 * Any node takes over where another one ended: every step may be repeated, and a step of an earlier life changes nothing.
 */

/** Arguments: the life that the caller knows, or 0; ids for absent epoch, claims and guests; the format. Answers with gen, absent, claims, born, guests, format. */
export const begin: Script = script(
  'begin',
  'fills',
  `
local store, known = KEYS[1], tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HMGET', store, 'gen', 'claims')
local gen = tonumber(kept[1] or 0)
if gen == 0 or not kept[2] or (known > 0 and gen <= known and redis.call('HGET', store, 'born') == '1') then
  redis.call('HSETNX', store, 'guests', ARGV[4])
  redis.call('HSETNX', store, 'format', ARGV[5])
  redis.call('HSET', store, 'gen', string.format('%.0f', math.max(now, gen + 1, known + 1)), 'absent', ARGV[2], 'claims', ARGV[3], 'born', '0')
end
return redis.call('HMGET', store, 'gen', 'absent', 'claims', 'born', 'guests', 'format')
`,
)

/** Arguments: gen, absent, claims. */
export const enter: Script = script(
  'enter',
  'fills',
  `
local kept = redis.call('HMGET', KEYS[1], 'gen', 'absent', 'claims')
if tonumber(kept[1] or 0) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'gen', ARGV[1], 'claims', ARGV[3])
  if not kept[2] then redis.call('HSET', KEYS[1], 'absent', ARGV[2]) end
end
return 1
`,
)

/** Arguments: gen. */
export const born: Script = script(
  'born',
  'fills',
  `
if redis.call('HGET', KEYS[1], 'gen') == ARGV[1] then redis.call('HSET', KEYS[1], 'born', '1') end
return 1
`,
)

/** Answers with the name of the life of the claims; with nothing if it is not whole. */
export const whole: Script = script(
  'whole',
  'frees',
  `
local kept = redis.call('HMGET', KEYS[1], 'born', 'claims')
return kept[1] == '1' and kept[2] or false
`,
)

/** Arguments: for how long, in milliseconds. The node that the key names is alive. */
export const beat: Script = script('beat', 'frees', "redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) return 1")

/** Answers with 1 if the node that the key names was heard of. */
export const isAlive: Script = script('is-alive', 'frees', "return redis.call('EXISTS', KEYS[1])")
