import { prelude } from './prelude.ts'
import { type Script, script } from './script.ts'

/**
 * Arguments: now, the work, who asks, the lease, the number that the cursor is above. Answers with the cursor as text if it leads; else
 * with how long the other one leads.
 *
 * The last number stands with the life of the bucket, so nothing is kept of a work that nobody leads.
 */
export const lead: Script = script(
  'lead',
  'fills',
  prelude,
  `
lifeOf()
local held = redis.call('GET', keyOf('w', ARGV[2]))
local lead = held and cmsgpack.unpack(held)
if lead and lead[1] ~= ARGV[3] and lead[2] > now then return lead[2] - now end
local last = tonumber(redis.call('HGET', bucket, 'led') or 0)
-- By the time it is above what was given before Redis lost the number.
last = math.max(last + 1, tonumber(ARGV[5]) + 1, now)
redis.call('HSET', bucket, 'led', whole(last))
redis.call('SET', keyOf('w', ARGV[2]), cmsgpack.pack({ ARGV[3], now + tonumber(ARGV[4]) }), 'PX', ARGV[4])
return whole(last)
`,
)

/** Arguments: now, the work, who led it. */
export const resign: Script = script(
  'resign',
  'frees',
  prelude,
  `
local held = redis.call('GET', keyOf('w', ARGV[2]))
if held and cmsgpack.unpack(held)[1] == ARGV[3] then redis.call('DEL', keyOf('w', ARGV[2])) end
return 1
`,
)
