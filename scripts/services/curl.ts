import { commandOnPath, installByApt } from './command.ts'
import type { Service } from './service.ts'

/** The client without a line of code; tests and the lines of the documents call it by its name. */
export const curl: Service = {
  name: 'curl',
  prepare() {
    const isThere = commandOnPath(['curl']) !== undefined || installByApt('curl', ['curl'])
    if (!isThere) throw new Error('curl is missing: install it (on Debian `apt-get install curl`).')
    return {}
  },
}
