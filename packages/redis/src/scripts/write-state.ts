import { appending, prelude } from './prelude.ts'
import { type Script, script } from './script.ts'

/** Arguments: now, channel, epoch, offset, check, version, state. */
export const writeState: Script = script(
  'write-state',
  'fills',
  prelude,
  appending,
  `
local name, offset, version = ARGV[2], tonumber(ARGV[4]), ARGV[6]
local record, existed = recordOf(name)
-- Nobody can continue from a place that was rewritten or trimmed, so such a state must not replace the kept one.
if not existed or record.e ~= ARGV[3] or checkAt(name, record, offset) ~= ARGV[5] then return 0 end
local own = stateOf(record, version)
if own and own[1] >= offset then return 0 end
keepState(name, record, offset, ARGV[5], version, ARGV[7])
save(name, record, record.u)
return 1
`,
)

/** Arguments: now, for how long a channel is remembered. Lets go of channels that nobody used for so long; answers with how many. */
export const sweep: Script = script(
  'sweep',
  'frees',
  prelude,
  `
local idle = tonumber(ARGV[2])
local gone = 0
for _, name in ipairs(redis.call('ZRANGEBYSCORE', bucket .. ':used', '-inf', whole(now - idle), 'LIMIT', 0, 100)) do
  local record, existed = recordOf(name)
  if not existed then
    redis.call('ZREM', bucket .. ':used', name)
  elseif now - record.u >= idle and (record.o == record.f or now - record.n >= record.z[2]) then
    drop(name)
    gone = gone + 1
  else
    -- Its history was promised for longer: it is looked at again later.
    trim(name, record)
    save(name, record, record.u)
    redis.call('ZADD', bucket .. ':used', whole(now), name)
  end
end
return gone
`,
)
