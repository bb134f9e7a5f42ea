import { BaroError } from '@baro/core'
import tab from '@bomb.sh/tab/commander'
import { Command, CommanderError } from 'commander'
import { addBench } from './bench/bench.ts'
import { addExplain } from './commands/explain.ts'
import { addGet } from './commands/get.ts'
import { addPublish } from './commands/publish.ts'
import { addSessions } from './commands/sessions.ts'
import { addSignal } from './commands/signal.ts'
import { addTail } from './commands/tail.ts'
import { addWho } from './commands/who.ts'
import { addWhy } from './commands/why.ts'
import { addSharedOptions, type Context, contextOf } from './context.ts'
import { addDoctor } from './doctor/doctor.ts'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts'
import { withHyphenedIds } from './hyphened-ids.ts'
import { addInit } from './init/init.ts'
import type { Io } from './io.ts'
import { Screen } from './screen/screen.ts'

/** Ends the help, because it is what a script needs first. */
const codesInHelp = `
Ends with 0 done, 1 found something wrong, 2 a wrong command, 3 refused, 4 not now, 5 the hub failed, 130 interrupted.`

/**
 * Runs one command.
 *
 * @param argv The arguments, without the program.
 * @returns What to end the process with: one of {@link exitCodes}. It never rejects.
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done
  const program = programOf(io, (found) => {
    code = found
  })
  try {
    await program.parseAsync(withHyphenedIds(argv), { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrong
    if (io.interrupted.aborted) return exitCodes.interrupted
    tellOf(error, argv, io)
    return exitCodeOf(error)
  }
}

function programOf(io: Io, endWith: Context['endWith']): Command {
  const program = new Command('baro')
    .description('Reads, publishes and finds out why, at a hub of Baro; adds Baro to an app.')
    .exitOverride()
    .showHelpAfterError('(baro --help shows what there is)')
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text) })
    .addHelpText('after', codesInHelp)
  addSharedOptions(program)
  const contextFor = (command: Command, url?: string) => contextOf(io, command, endWith, url)
  addTail(program, contextFor)
  addGet(program, contextFor)
  addPublish(program, contextFor)
  addSignal(program, contextFor)
  addWho(program, contextFor)
  addSessions(program, contextFor)
  addWhy(program, contextFor)
  addExplain(program, contextFor)
  addDoctor(program, contextFor)
  addInit(program, contextFor)
  addBench(program, contextFor)
  tab(program)
  return program
}

function tellOf(error: unknown, argv: readonly string[], io: Io): void {
  const screen = new Screen({ out: io.out, err: io.err, isJson: argv.includes('--json'), hasColours: !io.env.NO_COLOR })
  if (error instanceof BaroError) screen.error(error.code, error.message)
  else screen.error('bug', `${(error as Error)?.stack ?? error}`)
}
