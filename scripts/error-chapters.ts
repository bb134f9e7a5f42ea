/**
 * `npm run errors`: makes a module of the chapters of docs/errors.md, in both languages. So a hub tells what an error means without
 * reading a file, and a bundler takes the texts along.
 */
import { writeFileSync } from 'node:fs'
import { chaptersModule, chaptersPath } from './chapters-module.ts'

writeFileSync(chaptersPath, chaptersModule())
