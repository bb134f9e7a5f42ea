import { execFile } from 'node:child_process'

/** One line somebody types, and what they see. */
export interface Exchange {
  readonly command: string
  readonly output: string
}

/** The exchanges of the fenced blocks of this kind: a command after `$ `, then its output. */
export function exchangesIn(text: string, kind: string): readonly Exchange[] {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block)
  return blocks
    .flatMap((block) => (block ?? '').split(/^\$ /m).slice(1))
    .map((exchange) => {
      const [command = '', ...output] = exchange.split('\n')
      return { command, output: output.join('\n').trim() }
    })
}

/** Runs a line of a shell; returns what it prints, however it ends. */
export function run(command: string, folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', command], { cwd: folder }, (_error, output) => resolve(output.replaceAll('\r', '').trim()))
  })
}

// What is another one in every run: epoch and check of a position, ids and times. Offsets are not.
const changing = /(?<=\b1a\.)[\w~-]+(?=\.\d)|(?<=\b1a\.[\w~-]+\.\d+\.)[\w-]+|(?<="id":")[^"]*|(?<="time":)\d+/g

/** Learns which texts of a document stand for which of this run, and writes the one as the other. */
export class Translation {
  readonly #learnt = new Map<string, string>()

  /** The text as it reads in this run, as far as that is known. */
  write(text: string): string {
    return text.replace(changing, (word) => this.#learnt.get(word) ?? word)
  }

  /** Takes the words of `text` that are new for those at the same places of `actual`. */
  learn(text: string, actual: string): void {
    const words = actual.match(changing) ?? []
    for (const [index, word] of (text.match(changing) ?? []).entries())
      if (!this.#learnt.has(word)) this.#learnt.set(word, words[index] ?? '')
  }
}
