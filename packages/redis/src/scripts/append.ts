import { appending, claiming, prelude } from './prelude.ts'
import { type Script, script } from './script.ts'

/**
 * Arguments: now, channel, size, ttl, bytes, cursor or '', claim or '', its number, then of the proposed state or six times '':
 * epoch, offset and check that it follows, its offset, version, state; then check, bytes and text of each entry.
 *
 * Answers: `appended` with the places and whether a state is wanted; `fed` with the cursor; `over` with the answer of the claim.
 */
export const append: Script = script(
  'append',
  'fills',
  prelude,
  appending,
  claiming,
  `
local name = ARGV[2]
local cursor, claim, number = ARGV[6], ARGV[7], tonumber(ARGV[8])
local turns
if claim ~= '' then
  -- A record may have outlived the claims, so their life is asked for.
  lifeOf()
  turns = claimOf(claim)
  if not isOpen(turns, number) then return { 'over', answerOf(turns, number) or '' } end
end
local record, existed = recordOf(name)
local usedBefore = existed and record.u
if cursor ~= '' and record.x and tonumber(record.x) >= tonumber(cursor) then return { 'fed', record.x } end
local entries = {}
for at = 15, #ARGV, 3 do entries[#entries + 1] = { ARGV[at], ARGV[at + 1], ARGV[at + 2] } end
local places = push(name, record, entries)
if cursor ~= '' then record.x = cursor end
local wants = '0'
if ARGV[14] ~= '' then
  record.h = true
  local epoch, offset, check, ends, version = ARGV[9], tonumber(ARGV[10]), ARGV[11], tonumber(ARGV[12]), ARGV[13]
  local k = record.k
  if not k or k[3] ~= version or record.o - k[1] >= 64 or k[5] >= math.max(1024, k[4]) then
    -- Folded from elsewhere than the head it would lack what came in between (I2).
    if epoch == places[1] and offset == tonumber(places[2]) and check == places[3] and ends == record.o then
      keepState(name, record, record.o, record.c, version, ARGV[14])
    else
      wants = '1'
    end
  end
end
record.z = { tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]) }
record.u = now
trim(name, record)
save(name, record, usedBefore)
if turns then
  answer(turns, '{"position":"1a.' .. places[1] .. '.' .. places[4] .. '.' .. string.sub(places[5], 2, -2) .. '"}')
  keepClaim(claim, turns)
end
tell(name, places, entries)
return { 'appended', wants, unpack(places) }
`,
)
