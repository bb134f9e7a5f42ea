/** One module that a file names. */
export interface Import {
  readonly specifier: string
  /** An `import type` or `export type`: gone when the file runs. */
  readonly typeOnly: boolean
}

// Enough for files that Biome formats: a statement begins its line, and a comment cannot.
const statement = /^(?:import|export)\s(?<type>type\s)?(?:[^'"`;=()]*?\sfrom\s)?'(?<specifier>[^']+)'/gm
const call = /\b(?:import|require)\(\s*'(?<specifier>[^']+)'/g

/** The modules that a TypeScript file imports or exports from, dynamic imports included. */
export function importsOf(text: string): readonly Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return [...code.matchAll(statement), ...code.matchAll(call)].map(({ groups }) => ({
    specifier: groups?.specifier ?? '',
    typeOnly: groups?.type !== undefined,
  }))
}
