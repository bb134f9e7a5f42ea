import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BaroError } from '@baro/core'
import type { Project } from './project.ts'

/** A project on the disk. */
export class ProjectFolder implements Project {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.#folder, path), 'utf8')
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw refusedBySystem('read', path, error)
    }
  }

  hasFolder(path: string): boolean {
    return statSync(join(this.#folder, path), { throwIfNoEntry: false })?.isDirectory() ?? false
  }

  /**
   * Makes a file with its folders. One that came into being meanwhile is left as it is.
   *
   * @throws {BaroError} `bad-message` if it is there, or if the system does not let it be written.
   */
  write(path: string, text: string): void {
    try {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true })
      writeFileSync(join(this.#folder, path), text, { flag: 'wx' })
    } catch (error) {
      throw refusedBySystem('write', path, error)
    }
  }
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function refusedBySystem(what: 'read' | 'write', path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return error
  return new BaroError('bad-message', `${path} cannot be ${what === 'read' ? 'read' : 'written'}: ${message}.`, {
    cause: error,
  })
}
