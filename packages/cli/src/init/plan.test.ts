import { describe, expect, test } from 'vitest'
import { type Plan, type PlanOptions, planOf } from './plan.ts'

const next = (range = '^16.4.0') => JSON.stringify({ dependencies: { next: range, react: '19' } })

function plan(files: Readonly<Record<string, string>>, options: Partial<PlanOptions> = {}): Plan {
  const paths = Object.keys(files)
  const project = {
    read: (path: string) => files[path],
    hasFolder: (path: string) => paths.some((one) => one.startsWith(`${path}/`)),
  }
  return planOf(project, { baro: '../baro', isPacked: true, ...options })
}

const listed = ({ files }: Plan) => files.map(({ path, is }) => `${is} ${path}`)

describe('what an app is', () => {
  test.each([
    ['Next.js', { 'package.json': next(), 'app/page.tsx': '' }, 'next'],
    [
      'Next.js with a server of Express',
      { 'package.json': '{"dependencies":{"next":"16","express":"5"}}', 'app/a': '' },
      'next',
    ],
    ['Express', { 'package.json': '{"dependencies":{"express":"5"}}' }, 'express'],
    ['Vite with React', { 'package.json': '{"dependencies":{"react":"19"},"devDependencies":{"vite":"8"}}' }, 'vite'],
    ['a file with a byte order mark', { 'package.json': '\ufeff{"dependencies":{"express":"5"}}' }, 'express'],
  ])('%s', (_, files, kind) => {
    expect(plan(files as never).kind).toBe(kind)
  })

  test.each([
    ['no package.json', {}, /no package.json here/],
    ['a package.json that is none', { 'package.json': '{' }, /package.json cannot be read/],
    ['something else', { 'package.json': '{"dependencies":{"vite":"8","vue":"3"}}' }, /neither next, nor express/],
    [
      'two at once',
      { 'package.json': '{"dependencies":{"express":"5","vite":"8","react":"19"}}' },
      /--kind express or --kind vite/,
    ],
    ['the Pages Router', { 'package.json': next(), 'pages/index.tsx': '' }, /docs\/pages.md/],
    ['an old Next.js', { 'package.json': next('^14.2.0'), 'app/page.tsx': '' }, /needs 16, or 15.5/],
    [
      'an old Next.js that is installed',
      { 'package.json': next('^15.0.0'), 'node_modules/next/package.json': '{"version":"15.3.1"}', 'app/page.tsx': '' },
      /has Next.js 15.3.1/,
    ],
  ])('%s is refused, and told what to do', (_, files, says) => {
    expect(() => plan(files as never)).toThrow(says)
  })

  test('is what --kind says', () => {
    expect(plan({ 'package.json': '{}' }, { kind: 'express' }).kind).toBe('express')
  })
})

describe('the files of a Next.js app', () => {
  test('lie beside its folder "app"', () => {
    expect(listed(plan({ 'package.json': next(), 'src/app/page.tsx': '' }))).toEqual([
      'new src/channels.ts',
      'new src/instrumentation.ts',
      'new src/app/rooms/[id]/page.tsx',
      'new src/app/rooms/[id]/room.tsx',
    ])
    expect(listed(plan({ 'package.json': next(), 'app/page.tsx': '', 'src/app/page.tsx': '' }))[0]).toBe(
      'new channels.ts',
    )
  })

  test.each([
    ['const config = {\n  cacheComponents: true,\n}', /'use cache'/],
    ["module.exports = { reactStrictMode: true, 'cacheComponents': true }", /'use cache'/],
    ['const config = {\n  // cacheComponents: true,\n}', /export const revalidate/],
    ['const config = { cacheComponents: false }', /export const revalidate/],
  ])('have a page for the caching that next.config says: %s', (config, says) => {
    const { files } = plan({ 'package.json': next(), 'app/page.tsx': '', 'next.config.ts': config })
    expect(files.find(({ path }) => path.endsWith('page.tsx'))?.text).toMatch(says)
  })

  test('stay as they are: the same are left out, others are shown', () => {
    const app = { 'package.json': next(), 'app/page.tsx': '' }
    const written = Object.fromEntries(plan(app).files.map(({ path, text }) => [path, text]))
    expect(plan({ ...app, ...written }).files.every(({ is }) => is === 'same')).toBe(true)
    const edited = { ...app, ...written, 'channels.ts': '// mine', 'instrumentation.ts': undefined as never }
    expect(listed(plan(edited)).slice(0, 2)).toEqual(['differs channels.ts', 'new instrumentation.ts'])
  })

  test('with the ends of lines of Windows are the same', () => {
    const app = { 'package.json': next(), 'app/page.tsx': '' }
    const [channels] = plan(app).files
    const crlf = { ...app, 'channels.ts': channels?.text.replaceAll('\n', '\r\n') ?? '' }
    expect(listed(plan(crlf))[0]).toBe('same channels.ts')
  })

  test('are not written beside one with another ending, which would be in their place', () => {
    const { files } = plan({ 'package.json': next(), 'app/page.tsx': '', 'instrumentation.js': 'export {}' })
    expect(files[1]).toMatchObject({ path: 'instrumentation.ts', is: 'differs', inPlace: 'instrumentation.js' })
  })
})

test('a client that waits at its top says that it is a module where the project does not', () => {
  const express = { dependencies: { express: '5' } }
  const paths = (type: object) => listed(plan({ 'package.json': JSON.stringify({ ...express, ...type }) }))
  expect(paths({})).toContain('new client.mts')
  expect(paths({ type: 'module' })).toContain('new client.ts')
})

describe('what is to be installed', () => {
  const app = { 'package.json': next(), 'app/page.tsx': '' }

  test('comes from tarballs, which are packed first if they are not there', () => {
    const added = 'npm install ../baro/tarballs/next/*.tgz zod'
    expect(plan(app).install).toEqual([added])
    expect(plan(app, { isPacked: false }).install).toEqual(['(cd ../baro && npm ci && npm run pack)', added])
  })

  test('is asked of the package manager of the app', () => {
    expect(plan({ ...app, 'pnpm-lock.yaml': '' }, { baro: '../../baro' }).install).toEqual([
      'pnpm add ../../baro/tarballs/next/*.tgz zod',
    ])
  })

  test('is only what package.json does not name', () => {
    const ours = ['core', 'server', 'client', 'react', 'next'].map((name) => [`@baro/${name}`, 'file:…'] as const)
    const dependencies = { next: '16', zod: '4', ...Object.fromEntries(ours) }
    expect(plan({ ...app, 'package.json': JSON.stringify({ dependencies }) }).install).toEqual([])
  })
})
