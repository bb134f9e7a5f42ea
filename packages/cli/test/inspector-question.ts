/** What somebody asks the inspector who would type this command. Beside `why` there is one question: what went wrong? */
export function inspectorQuestion(argv: readonly string[]): URLSearchParams {
  const [command, user] = argv
  const after = (option: string) => argv[argv.indexOf(option) + 1] ?? ''
  if (command !== 'why' || user === undefined) return new URLSearchParams()
  return new URLSearchParams({
    user,
    channel: after('--channel'),
    ...(argv.includes('--publication') && { offset: after('--publication') }),
  })
}
