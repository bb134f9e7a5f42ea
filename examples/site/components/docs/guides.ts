import type { Language } from '../../i18n/languages.ts'

/** The guides of the repository that the site shows, in the order of reading. */
export const guides = [
  'pages',
  'messages',
  'recipes',
  'users',
  'programs',
  'database',
  'rows',
  'transports',
  'tutorials',
  'running',
  'deploy',
  'scaling',
  'observe',
  'from-socket.io',
  'from-supabase',
  'faq',
  'field',
] as const

/** The file that begins the documentation. */
export function firstFile(language: Language): string {
  return language === 'ko' ? 'README.ko.md' : 'README.md'
}

/** The file of a guide in the language of the reader. */
export function guideFile(language: Language, guide: (typeof guides)[number]): string {
  return language === 'ko' ? `docs/ko/${guide}.md` : `docs/${guide}.md`
}

/** Where a file of the repository is on this site, if it is. */
export function hrefOfFile(language: Language, file: string): string | undefined {
  const name = /^docs\/(?:ko\/)?(.+)\.md$/.exec(file)?.[1]
  if (name !== undefined) return guides.some((guide) => guide === name) ? `/${language}/docs/${name}` : undefined
  if (file === 'README.md' || file === 'README.ko.md') return `/${file === 'README.md' ? 'en' : 'ko'}/docs`
  return file === 'bench/README.md' ? `/${language}/benchmarks` : undefined
}
