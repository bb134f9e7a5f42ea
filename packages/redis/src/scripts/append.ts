import { appending, claiming, prelude } from './prelude.ts'
import { type EachScript, eachScript } from './script.ts'

/**
 * Many of them, each in its bucket. Arguments of each: channel, size, ttl, bytes, cursor or '', claim or '', its number, the offset that a proposed
 * state stands at or ''; if there is one: epoch, offset and check that it follows, its version, the state; then check, bytes and text of each entry.
 *
 * Answers with lines: `appended`, whether a state is wanted, and the places; `fed` and the cursor; `over` and the answer of the claim.
 */
export const append: EachScript = eachScript(
  'append',
  'fills',
  prelude,
  appending,
  claiming,
  `
local function each(at, last)
  local name = ARGV[at]
  local cursor, claim, number, ends = ARGV[at + 4], ARGV[at + 5], tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7])
  local turns
  if claim ~= '' then
    -- A record may have outlived the claims, so their life is asked for.
    lifeOf()
    turns = claimOf(claim)
    if not isOpen(turns, number) then return 'over\\n' .. (answerOf(turns, number) or '') end
  end
  local record, existed = recordOf(name)
  local usedBefore = existed and record.u
  if cursor ~= '' and record.x and tonumber(record.x) >= tonumber(cursor) then return 'fed\\n' .. record.x end
  local entries = {}
  for from = at + (ends and 13 or 8), last, 3 do entries[#entries + 1] = { ARGV[from], ARGV[from + 1], ARGV[from + 2] } end
  local places = push(name, record, entries)
  if cursor ~= '' then record.x = cursor end
  local wants = '0'
  if ends then
    record.h = true
    local epoch, offset, check, version, state = ARGV[at + 8], tonumber(ARGV[at + 9]), ARGV[at + 10], ARGV[at + 11], ARGV[at + 12]
    local own = stateOf(record, version)
    if not own or record.o - own[1] >= 64 or own[5] >= math.max(1024, own[4]) then
      -- Folded from elsewhere than the head it would lack what came in between (I2).
      if epoch == places[1] and offset == tonumber(places[2]) and check == places[3] and ends == record.o then
        keepState(name, record, record.o, record.c, version, state)
      else
        wants = '1'
      end
    end
  end
  record.z = { tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]) }
  record.u = now
  trim(name, record)
  save(name, record, usedBefore)
  if turns then
    answer(turns, '{"position":"1a.' .. places[1] .. '.' .. places[4] .. '.' .. string.sub(places[5], 2, -2) .. '"}')
    keepClaim(claim, turns)
  end
  tell(name, places, entries)
  return 'appended\\n' .. wants .. '\\n' .. table.concat(places, '\\n')
end
`,
)
