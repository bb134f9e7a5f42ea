import { readSource } from './source-files.ts'

/**
 * The samples of a document that are files of the reader's project, by their path there; or those that may stand
 * `instead` of one.
 */
export function samples(document: string, which: 'file' | 'instead' = 'file'): Readonly<Record<string, string>> {
  const fences = readSource(document).matchAll(
    new RegExp(`^\`\`\`(?:tsx?|js) ${which}=(\\S+)\\n([\\s\\S]*?)^\`\`\`$`, 'gm'),
  )
  return Object.fromEntries([...fences].map(([, path, text]) => [path ?? '', text ?? '']))
}

/**
 * In which lines the Korean samples of a document are other code than the English ones. Comments, and lines with a Korean
 * text that a person reads, are words.
 */
export function differences(english: string, korean: string): readonly string[] {
  const [expected, found] = [english, korean].map((document) =>
    (['file', 'instead'] as const).flatMap((which) =>
      Object.entries(samples(document, which)).flatMap(([path, code]) => [
        path,
        ...code.split('\n').map(withoutComment),
      ]),
    ),
  ) as [string[], string[]]
  const other = found.filter((line, index) => line !== expected[index] && !/\p{Script=Hangul}/u.test(line))
  return found.length === expected.length ? other : [`${expected.length} lines, and in Korean ${found.length}`]
}

function withoutComment(line: string): string {
  return line.replace(/\s*(?:\/\/|\/\*\*).*$/, '')
}
