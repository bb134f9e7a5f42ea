import { join } from 'node:path/posix'
import { readSource } from './source-files.ts'

/** Every name that a file of the repository exports, types too: its own, and those that it passes on. */
export function exportedNames(path: string, read: (path: string) => string = readSource): ReadonlySet<string> {
  const names = new Set<string>()
  const code = read(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  for (const [, list = ''] of code.matchAll(/^export (?:type )?\{([^}]*)\}/gm))
    for (const one of list.split(',')) {
      const name = one
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, '')
      if (name !== '') names.add(name)
    }
  for (const [, name = ''] of code.matchAll(
    /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type) (\w+)/gm,
  ))
    names.add(name)
  if (/^export default /m.test(code)) names.add('default')
  for (const [, from = ''] of code.matchAll(/^export \* from '(\.[^']*)'/gm))
    for (const name of exportedNames(join(path, '..', from), read)) names.add(name)
  return names
}
