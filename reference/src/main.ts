/** Makes the reference, for the build of the site. */
import { makeReference } from './reference.ts'

for (const complaint of await makeReference()) console.warn(complaint)
