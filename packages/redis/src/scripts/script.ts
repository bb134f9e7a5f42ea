import { createHash } from 'node:crypto'

/** A script that runs in Redis, whole or not at all. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
}

/** A script that does the same for many, one after the other: each of them whole or not at all. */
export interface EachScript extends Script {
  readonly isForEach: true
}

/**
 * Puts a script together.
 *
 * @param mayFill Whether it may make Redis fuller. One that may not runs even when Redis is full: reads, answers and what
 * makes room.
 */
export function script(name: string, mayFill: 'fills' | 'frees', ...parts: readonly string[]): Script {
  const text = `#!lua${mayFill === 'fills' ? '' : ' flags=allow-oom'}\n${parts.join('\n')}`
  return { name, text, sha: createHash('sha1').update(text).digest('hex') }
}

/**
 * Puts a script for many together. The last part defines `each(at, last)`, which is told where its arguments begin and end, and answers with a text.
 *
 * After the moment the arguments are, for each: how many follow, its bucket, and its own. What fails for one of them is its answer, after a "!": the
 * others happen all the same.
 */
export function eachScript(name: string, mayFill: 'fills' | 'frees', ...parts: readonly string[]): EachScript {
  return { ...script(name, mayFill, ...parts, forEach), isForEach: true }
}

const forEach = `
local answers, at = {}, 2
while ARGV[at] do
  local last = at + tonumber(ARGV[at])
  bucket = ARGV[at + 1]
  local isDone, found = pcall(each, at + 2, last)
  if not isDone then found = '!' .. (type(found) == 'table' and found.err or tostring(found)) end
  answers[#answers + 1] = found
  at = last + 1
end
return answers
`
