export { type ExitCode, exitCodes } from './exit-codes.ts'
export type { Io, Sink } from './io.ts'
export { processIo } from './process-io.ts'
export { run } from './run.ts'
