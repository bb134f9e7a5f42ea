import { createHash } from 'node:crypto'

/** A script that runs in Redis, whole or not at all. */
export interface Script {
  readonly name: string
  readonly text: string
  readonly sha: string
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
