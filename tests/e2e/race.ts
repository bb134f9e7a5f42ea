/**
 * The race that a revalidation loses: a render reads its data, the data changes and is revalidated, and the render ends
 * after that with what it has read before.
 */
import { expect } from 'vitest'
import type { NextApp } from './next-app.ts'
import { patience } from './patience.ts'

/** Runs the race on a page; returns what the first visitor after it gets, and what is there in the end. */
export async function race(
  app: NextApp,
  kind: 'page' | 'route' | 'use-cache',
  name: string,
  revalidated: (path: string) => string,
): Promise<{ readonly first: string; readonly later: () => Promise<string> }> {
  const path = `/race/${kind}/${name}`
  const gate = `${app.url}/gates/${name}`
  const post = async (url: string, body: string) =>
    expect((await fetch(url, { method: 'POST', body })).status).toBe(204)
  const shown = async () => {
    const [, , text = ''] = /^(\S*) \S* (.*)$/.exec(await app.read(path)) ?? []
    return text.includes('new') ? 'new' : 'old'
  }
  await post(gate, 'close')
  const before = shown()
  await expect.poll(async () => (await fetch(gate)).text(), patience).toBe('reached')
  await post(`${app.url}/race/news/${name}`, revalidated(path))
  await post(gate, 'open')
  expect(await before).toBe('old')
  return { first: await shown(), later: shown }
}
