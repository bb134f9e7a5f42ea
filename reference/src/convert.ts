import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { errorCodes } from '@baro/core'
import {
  Application,
  LogLevel,
  type ProjectReflection,
  ReferenceType,
  ReflectionKind,
  type TypeDocOptions,
} from 'typedoc'
import ts from 'typescript'
import { packages, root } from './doors.ts'
import { indexPage } from './index-page.ts'

/**
 * Writes a page of Markdown for each door into a folder, and one that lists them; returns what is wrong with the TSDoc. TypeDoc
 * asks the compiler by an API that TypeScript 7 does not have, so this package has a TypeScript 6 of its own.
 */
export async function convert(folder: string): Promise<readonly string[]> {
  const doors = packages().flatMap(({ doors }) => doors)
  const own = join(root, 'reference')
  const { config } = ts.readConfigFile(join(own, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, own)
  const program = ts.createProgram(
    doors.map(({ source }) => source),
    options,
  )
  const app = await Application.bootstrapWithPlugins({
    ...style,
    plugin: [createRequire(import.meta.url).resolve('typedoc-plugin-markdown')],
    outputs: [{ name: 'markdown', path: folder }],
  } as TypeDocOptions)
  const complaints: string[] = []
  app.logger.log = (message, level) => level >= LogLevel.Warn && complaints.push(message)
  const project = app.converter.convert(
    doors.flatMap(({ name, source }) => {
      const sourceFile = program.getSourceFile(source)
      return sourceFile ? [{ displayName: name, program, sourceFile }] : []
    }),
  )
  nameParameters(project)
  app.validate(project)
  complaints.push(...untold(project))
  await app.generateOutputs(project)
  for (const { name } of doors) {
    const file = join(folder, `${name}.md`)
    const page = withLinkedCodes(readFileSync(file, 'utf8'), '../'.repeat(name.split('/').length + 1))
    writeFileSync(file, withoutBareTypeParameters(page))
  }
  writeFileSync(join(folder, 'index.md'), indexPage(folder, packages()))
  return complaints
}

const style = {
  name: 'Baro',
  readme: 'none',
  entryPoints: [],
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  disableGit: true,
  validation: { invalidLink: true, notDocumented: false, notExported: true },
  logLevel: 'Warn',
  // What one calls comes first, and what it takes and gives then.
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases', '*'],
  outputFileStrategy: 'modules',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  expandParameters: true,
  sanitizeComments: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  // Nothing of ours is written from outside, and what is inherited is listed all the same.
  tableColumnSettings: { hideModifiers: true, hideInherited: true, hideOverrides: true, leftAlignHeaders: true },
}

/** A parameter that is taken apart where it is declared has no name there. It is called as its type ends: `props`, `options`. */
function nameParameters(project: ProjectReflection): void {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    if (parameter.name !== '__namedParameters' || !parameter.isParameter()) continue
    const typeName = parameter.type instanceof ReferenceType ? parameter.type.name : ''
    parameter.name = /[A-Z][a-z]*$/.exec(typeName)?.[0].toLowerCase() ?? 'options'
  }
}

/** The names that say nothing of themselves. A method may be told by its name; what is imported may not. */
function untold(project: ProjectReflection): readonly string[] {
  const names = (project.children ?? []).flatMap((door) => (door.children ?? []).map((one) => ({ door, one })))
  return names
    .filter(({ one }) => !one.isReference() && ![one, ...(one.signatures ?? [])].some((told) => told.hasComment()))
    .map(({ door, one }) => `${door.name}: ${one.name} has no TSDoc.`)
}

/** Leads from each error code below "Throws" to what is said of it. */
function withLinkedCodes(page: string, up: string): string {
  return page.replace(/^(#+ Throws\n)([\s\S]*?)(?=^#|^\*\*\*$|$(?![\s\S]))/gm, (_, heading: string, text: string) => {
    const linked = text.replace(/`([a-z-]+)`/g, (code, name: string) =>
      Object.hasOwn(errorCodes, name) ? `[${code}](${up}docs/errors.md#${name})` : code,
    )
    return heading + linked
  })
}

/** Leaves out the list of type parameters of what has a signature, where the list says nothing more. */
function withoutBareTypeParameters(page: string): string {
  return page.replace(
    /(^```\n(?:(?!^#|^```)[^\n]*\n)*)^#+ Type Parameters\n\n\| Type Parameter \|(?: Default type \|)?\n(?:\|.*\n)*\n?/gm,
    '$1',
  )
}
