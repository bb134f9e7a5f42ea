/** What the commands have in common: which hub, as whom, and where to write. */
import { BaroError } from '@baro/core'
import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.ts'
import { hubAddress, usualHub } from './hub/hub-address.ts'
import { HubDoor } from './hub/hub-door.ts'
import type { Io } from './io.ts'
import { Screen } from './screen/screen.ts'

/** Options that all commands take. */
export interface SharedOptions {
  readonly hub?: string
  readonly key?: string
  readonly token?: string
  readonly json?: true
  readonly inspectorKey?: string
}

export interface Context {
  readonly io: Io
  readonly screen: Screen
  /** Where the hub is, as a program with a server key, or as a user. */
  readonly door: HubDoor
  /** The same hub, for what its inspector answers. */
  readonly inspector: HubDoor
  /** The token of a user, for what only a client can do. */
  readonly token: string | undefined
  /** Ends the command with this, if nothing is thrown. */
  endWith(code: ExitCode): void
}

/** Adds the options that all commands take. */
export function addSharedOptions(program: Command): void {
  program
    .option('--hub <url>', `where the hub is; also BARO_URL (default: ${usualHub})`)
    .option('--key <key>', 'a server key; better BARO_KEY, because other users of a machine see arguments')
    .option('--token <token>', 'the token of a user; better BARO_TOKEN')
    .option(
      '--inspector-key <key>',
      'for sessions and why; better BARO_INSPECTOR_KEY; none on the machine of a developer',
    )
    .option('--json', 'results as JSON, one document for each line')
}

/**
 * What a command works with.
 *
 * @param url The hub, where the command takes it as an argument.
 */
export function contextOf(io: Io, command: Command, endWith: Context['endWith'], url?: string): Context {
  const options = command.optsWithGlobals<SharedOptions>()
  if (options.key !== undefined && options.token !== undefined)
    throw new BaroError('bad-message', 'A request is of a program or of a user. Give --key or --token, not both.')
  const key = options.key ?? (options.token === undefined ? set(io.env.BARO_KEY) : undefined)
  const token = options.token ?? (options.key === undefined ? set(io.env.BARO_TOKEN) : undefined)
  const { NO_COLOR, FORCE_COLOR } = io.env
  const door = new HubDoor(
    hubAddress(url ?? options.hub ?? set(io.env.BARO_URL) ?? usualHub),
    key ?? token,
    io.interrupted,
  )
  return {
    io,
    screen: new Screen({
      out: io.out,
      err: io.err,
      isJson: options.json ?? false,
      hasColours: !set(NO_COLOR) || Boolean(set(FORCE_COLOR)),
    }),
    door,
    inspector: door.as(options.inspectorKey ?? set(io.env.BARO_INSPECTOR_KEY)),
    token,
    endWith,
  }
}

/** An empty variable is one that somebody has unset. */
function set(value: string | undefined): string | undefined {
  return value || undefined
}
