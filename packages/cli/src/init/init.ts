import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { faint, good, odd, strong } from '../screen/screen.ts'
import { type AppKind, appKinds, kindNeeds } from './app-kinds.ts'
import { type Plan, planOf } from './plan.ts'
import { ProjectFolder } from './project-folder.ts'

interface Options {
  readonly kind?: AppKind
  readonly baro: string
  readonly dryRun?: true
}

export function addInit(program: Command, contextFor: (command: Command) => Context): void {
  program
    .command('init')
    .description('adds Baro to a Next.js, Express or Vite app: writes the files of the README, and overwrites nothing')
    .argument('[folder]', 'the folder of the app', '.')
    .addOption(new Option('--kind <kind>', 'what the app is, if it is not what it looks like').choices(appKinds))
    .option('--baro <folder>', 'the clone of Baro, beside the app or elsewhere', '../baro')
    .option('--dry-run', 'write nothing; show what would be written')
    .action(async (folder: string, options: Options, command: Command) => init(contextFor(command), folder, options))
}

async function init(context: Context, folder: string, { kind, baro, dryRun: isDry = false as never }: Options) {
  const { io, screen, endWith } = context
  const root = resolve(io.folder, folder)
  const project = new ProjectFolder(root)
  const isPacked = existsSync(resolve(root, baro, 'tarballs'))
  const plan = planOf(project, { kind, baro, isPacked })
  if (!isDry) for (const { path, is, text } of plan.files) if (is === 'new') project.write(path, text)
  const files = plan.files.map(({ is, ...file }) => ({ ...file, is: is === 'new' && !isDry ? 'written' : is }))
  screen.tell({ folder: root, ...plan, files }, () => tell(context, relative(io.folder, root), plan, isDry))
  if (plan.files.some(({ is }) => is === 'differs')) endWith(exitCodes.found)
}

function tell({ screen }: Context, folder: string, plan: Plan, isDry: boolean): void {
  const { kind, files, isInstalled, install, afterwards, notes } = plan
  const words = {
    new: good(isDry ? 'would write' : 'written'),
    same: faint('is there'),
    differs: odd('differs'),
  }
  screen.note(faint(`${folder || 'This'} is ${kindNeeds[kind].name}.`))
  for (const { path, is, inPlace } of files)
    screen.say(words[is], ` ${path}`, faint(inPlace === undefined ? '' : `: ${inPlace} is in its place`))
  for (const note of notes) screen.note(faint(note))
  for (const { path, is, text, inPlace } of files) {
    if (is !== 'differs') continue
    screen.say()
    screen.say(strong(inPlace ?? path), ' is yours, and is left as it is. What Baro needs there:')
    screen.say()
    screen.text(text)
  }
  if (install.length > 0) {
    screen.say()
    screen.say(
      isInstalled
        ? 'In the folder of the app:'
        : 'The packages are not on npm yet: they come from a clone of Baro. In the folder of the app:',
    )
    for (const line of install) screen.say(strong(`  ${line}`))
  }
  screen.say()
  screen.say('Then:')
  for (const line of afterwards) screen.say(`  ${line}`)
}
