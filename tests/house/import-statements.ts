/** One module that a file names. */
export interface Import {
  readonly specifier: string
  /** An `import type` or `export type`: gone when the file runs. */
  readonly typeOnly: boolean
}

// Enough for files that Biome formats: a statement begins its line, and a comment cannot.
const statement = /^(?:import|export)\s(?<type>type\s)?(?:[^'"`;=()]*?\sfrom\s)?'(?<specifier>[^']+)'/gm
// A constant, whose text may be code of somebody else's. What is put into a text by `${}` is code of ours, so that one stays.
const constant = /(?<== )`(?:\\[\s\S]|[^`\\$])*`$/gm
const call = /\b(?:import|require)\(\s*'(?<specifier>[^']+)'/g

/** The modules that a TypeScript file imports or exports from, dynamic imports included. */
export function importsOf(text: string): readonly Import[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(constant, '')
  return [...code.matchAll(statement), ...code.matchAll(call)].map(({ groups }) => ({
    specifier: groups?.specifier ?? '',
    typeOnly: groups?.type !== undefined,
  }))
}
