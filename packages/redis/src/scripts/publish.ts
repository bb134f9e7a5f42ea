import { type Script, script } from './script.ts'

/** Arguments: name and message. To whoever listens now; nothing is kept. */
export const publish: Script = script('publish', 'frees', "redis.call('SPUBLISH', ARGV[1], ARGV[2]) return 1")
