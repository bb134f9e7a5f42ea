import type { Language } from '../../i18n/languages.ts'
import { referencePath } from './reference-pages.ts'

/** The guides of the repository that the site shows, in the order of reading. */
export const guides = [
  'start',
  'how-it-works',
  'pages',
  'messages',
  'recipes',
  'users',
  'moderation',
  'programs',
  'database',
  'rows',
  'transports',
  'tutorials',
  'running',
  'deploy',
  'scaling',
  'observe',
  'debugging',
  'command',
  'from-socket.io',
  'from-supabase',
  'from-pusher',
  'limits',
  'errors',
  'faq',
  'field',
  'protocol',
  'security',
  'architecture',
] as const

/** Those that are for whoever looks something up. They are in English only. */
const references: ReadonlyMap<string, string> = new Map([
  ['protocol', 'PROTOCOL.md'],
  ['security', 'SECURITY.md'],
  ['architecture', 'ARCHITECTURE.md'],
])
const nameOfReference: ReadonlyMap<string, string> = new Map([...references].map(([name, file]) => [file, name]))

/** The file that begins the documentation. */
export function firstFile(language: Language): string {
  return language === 'ko' ? 'README.ko.md' : 'README.md'
}

/** The file of a guide, in the language of the reader where there is one. */
export function guideFile(language: Language, guide: (typeof guides)[number]): string {
  const reference = references.get(guide)
  if (reference !== undefined) return reference
  return language === 'ko' ? `docs/ko/${guide}.md` : `docs/${guide}.md`
}

/** Where a file of the repository is on this site, if it is. */
export function hrefOfFile(language: Language, file: string): string | undefined {
  const reference = referencePath(file)
  if (reference !== undefined) return `/${language}/docs${reference}`
  const name = nameOfReference.get(file) ?? /^docs\/(?:ko\/)?(.+)\.md$/.exec(file)?.[1]
  if (name !== undefined) return guides.some((guide) => guide === name) ? `/${language}/docs/${name}` : undefined
  if (file === 'README.md' || file === 'README.ko.md') return `/${file === 'README.md' ? 'en' : 'ko'}/docs`
  return file === 'bench/README.md' ? `/${language}/benchmarks` : undefined
}
