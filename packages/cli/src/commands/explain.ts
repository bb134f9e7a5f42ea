import { BaroError, errorCodes } from '@baro/core'
import { explainError, isErrorCode } from '@baro/core/explain'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { strong } from '../screen/screen.ts'

export function addExplain(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('explain')
    .description('what an error code means, and what to do; without one, all codes. Asks no hub')
    .argument('[code]', 'for example not-accepted')
    .action((code: string | undefined, _options: object, command: Command) => explain(contextFor(command), code))
}

function explain({ screen, io }: Context, code: string | undefined): void {
  if (code === undefined)
    return screen.tell(Object.keys(errorCodes), () => screen.text(Object.keys(errorCodes).join('\n')))
  if (!isErrorCode(code))
    throw new BaroError('bad-message', `No error has the code ${JSON.stringify(code)}. baro explain lists them.`)
  const text = explainError(code, /^ko/i.test(io.env.LC_ALL || io.env.LANG || '') ? 'ko' : 'en')
  screen.tell({ code, ...errorCodes[code], text }, () => {
    screen.say(strong(code))
    screen.text(text)
  })
}
