import { readFileSync } from 'node:fs'

/** The code blocks of a README that are files of the reader's app, by their path there. */
export function readmeBlocks(path: string, which: 'file' | 'instead'): ReadonlyMap<string, string> {
  const fences = readFileSync(path, 'utf8').matchAll(
    /^```(?:tsx?|js|dockerfile) (file|instead)=(\S+)\n([\s\S]*?)^```$/gm,
  )
  return new Map([...fences].filter(([, kind]) => kind === which).map(([, , file, text]) => [file ?? '', text ?? '']))
}
