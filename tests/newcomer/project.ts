/** A newcomer's project: a folder, with the packages added and programs of it running. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readmeBlocks } from './readme-blocks.ts'
import { environment, type Manager, type NodeVersion, run } from './tools.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = join(root, 'README.md')
const blocks = new Map([readme, join(root, 'docs/start.md')].flatMap((path) => [...readmeBlocks(path, 'file')]))

/** What a row asks for. */
export interface Machine {
  readonly manager: Manager
  readonly node: NodeVersion
}

/** A program of a project that runs. */
export interface Running {
  readonly printed: () => string
  /** Asks it and its children to stop, as `docker stop` does; settles when it has ended. */
  stop(): Promise<void>
  /** Kills it and its children. */
  kill(): void
}

/** A folder beside a clone of the repository, as the README has it. */
export class Project {
  readonly folder: string
  readonly #machine: Machine
  readonly env: NodeJS.ProcessEnv

  constructor(machine: Machine, folder: string) {
    this.#machine = machine
    this.folder = folder
    this.env = environment(machine.node)
    mkdirSync(folder, { recursive: true })
    for (const [file, text] of Object.entries(machine.manager.files)) this.write(file, text)
  }

  /** Copies the tarballs to where the README looks for them. */
  static placeClone(beside: string): void {
    cpSync(join(root, 'tarballs'), join(beside, 'baro/tarballs'), { recursive: true })
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true })
    writeFileSync(join(this.folder, file), text)
  }

  /** Changes a file; fails if there is nothing to change. */
  change(file: string, ...changes: readonly (readonly [from: string | RegExp, to: string])[]): void {
    let text = readFileSync(join(this.folder, file), 'utf8')
    for (const [from, to] of changes) {
      const changed = text.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to)
      if (changed === text) throw new Error(`${file} has nothing that is ${from}: the generator or the README changed.`)
      text = changed
    }
    writeFileSync(join(this.folder, file), text)
  }

  /** Copies blocks of the README to the letter. */
  follow(...files: readonly string[]): void {
    for (const file of files) {
      const text = blocks.get(file)
      if (text === undefined) throw new Error(`README.md and docs/start.md have no block ${file}.`)
      this.write(file, text)
    }
  }

  /** Copies the block that may stand in the place of another. */
  followInstead(file: string): void {
    this.write(file, readmeBlocks(readme, 'instead').get(file) ?? '')
  }

  /** Adds the tarballs of a use, from the clone beside it or from `./tarballs`, and other packages. */
  add(use: string, ...others: readonly string[]): void {
    const clone = existsSync(join(this.folder, 'tarballs')) ? './tarballs' : '../baro/tarballs'
    const tarballs = readdirSync(join(this.folder, clone, use)).map((name) => `${clone}/${use}/${name}`)
    run(this.folder, this.env, [...this.#machine.manager.add, ...tarballs, ...others])
  }

  /** Runs a program of Node to its end. */
  node(...args: readonly string[]): void {
    run(this.folder, this.env, [...this.#machine.manager.run, ...args])
  }

  /** Starts a program of Node; settles when it has printed this. */
  async start(
    args: readonly string[],
    ready: RegExp,
    more: Readonly<Record<string, string>> = {},
    cwd = this.folder,
  ): Promise<Running> {
    const [command = '', ...rest] = [...this.#machine.manager.run, ...args]
    const child = spawn(command, rest, {
      detached: true,
      cwd,
      env: { ...this.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          printed += chunk
          if (ready.test(printed)) resolve()
        })
      child.once('error', reject)
      ended.then((code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${printed}`)))
    })
    const signal = (name: 'SIGTERM' | 'SIGKILL') => {
      // It leads a group of its own: `next dev` has children that outlive it.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, name)
    }
    const stop = async () => {
      signal('SIGTERM')
      await ended
    }
    return { printed: () => printed, stop, kill: () => signal('SIGKILL') }
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
