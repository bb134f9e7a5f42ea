import { claiming, prelude } from './prelude.ts'
import { type EachScript, eachScript, type Script, script } from './script.ts'

/**
 * Many of them, each in its bucket. Arguments of each: the claim, number, confirmed, window, `id` or `turn`, the life that the claimant
 * counts on or '', `full` if nothing may be granted, the attempt.
 *
 * Answers with lines: what it came to, the life of the claims, how much is remembered, and the answer; for `pending` the attempt that is at work.
 */
export const claim: EachScript = eachScript(
  'claim',
  'fills',
  prelude,
  claiming,
  `
local function each(at)
  local name, number, confirmed, window = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local _, claims = lifeOf()
  if ARGV[at + 5] ~= '' and ARGV[at + 5] ~= claims then return 'out-of-turn\\n' .. claims .. '\\n0\\n' end
  local turns = claimOf(name) or { a = 0, w = false, r = {}, t = now + window }
  local known = confirmed - turns.a + #turns.r
  for _ = 1, math.min(known, #turns.r) do table.remove(turns.r, 1) end
  local following, outcome, text = turns.a + 1, nil, ''
  if number == following and turns.w == ARGV[at + 7] then
    -- The same attempt: its answer was lost on the way.
    outcome = 'granted'
  elseif number == following and not turns.w then
    if ARGV[at + 6] == 'full' then
      outcome = 'full'
    elseif #turns.r >= 1024 then
      outcome = 'unconfirmed'
    else
      turns.w = ARGV[at + 7]
      outcome = 'granted'
    end
  elseif turns.w and (number == following or number == following + 1) then
    outcome, text = 'pending', turns.w
  else
    text = answerOf(turns, number)
    outcome = text and 'settled' or 'out-of-turn'
  end
  if turns.a > 0 or turns.w then
    -- The window of a producer begins anew with each claim, the window of an id does not.
    if ARGV[at + 4] == 'turn' then turns.t = now + window end
    keepClaim(name, turns)
  end
  return outcome .. '\\n' .. claims .. '\\n' .. math.max(1, #turns.r + (turns.w and 1 or 0)) .. '\\n' .. (text or '')
end
`,
)

/** Arguments: now, the claim, number, the answer. Answers with the answer that is kept, or with nothing. */
export const settle: Script = script(
  'settle',
  'frees',
  prelude,
  claiming,
  `
lifeOf()
local turns = claimOf(ARGV[2])
local number = tonumber(ARGV[3])
if isOpen(turns, number) then
  answer(turns, ARGV[4])
  keepClaim(ARGV[2], turns)
end
return answerOf(turns, number) or false
`,
)

/** Arguments: now, the claim, number. */
export const release: Script = script(
  'release',
  'frees',
  prelude,
  claiming,
  `
lifeOf()
local turns = claimOf(ARGV[2])
if isOpen(turns, tonumber(ARGV[3])) then
  turns.w = false
  if turns.a == 0 then redis.call('DEL', keyOf('c', ARGV[2])) else keepClaim(ARGV[2], turns) end
end
return 1
`,
)

/** Arguments: now, the claim, an attempt. If that is the one at work on it, it is given back. */
export const forgo: Script = script(
  'forgo',
  'frees',
  prelude,
  claiming,
  `
lifeOf()
local turns = claimOf(ARGV[2])
if turns and turns.w == ARGV[3] then
  turns.w = false
  if turns.a == 0 then redis.call('DEL', keyOf('c', ARGV[2])) else keepClaim(ARGV[2], turns) end
end
return 1
`,
)

/** Arguments: now, the claim, the attempt that is at work on it, the answer. Answers it, unless another one is at work meanwhile. */
export const abandon: Script = script(
  'abandon',
  'frees',
  prelude,
  claiming,
  `
lifeOf()
local turns = claimOf(ARGV[2])
if turns and turns.w == ARGV[3] then
  answer(turns, ARGV[4])
  keepClaim(ARGV[2], turns)
end
return 1
`,
)
