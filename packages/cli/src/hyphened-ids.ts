/** An id is 16 characters of base64url: one of 64 begins with a hyphen, and would be read as an option. No option of ours is as long. */
const hyphened = /^-[A-Za-z0-9_-]{15}$/

/** An option whose value may follow it as an argument of its own. */
const mayTakeValue = /^--(?!json$)/

/** The same arguments, with ids that begin with a hyphen where no option is looked for: behind `--`. */
export function withHyphenedIds(argv: readonly string[]): readonly string[] {
  const isId = (text: string, index: number): boolean =>
    hyphened.test(text) && !mayTakeValue.test(argv[index - 1] ?? '') && !argv.slice(0, index).includes('--')
  const ids = argv.filter(isId)
  if (ids.length === 0) return argv
  return [...argv.filter((text, index) => !isId(text, index)), ...(argv.includes('--') ? [] : ['--']), ...ids]
}
