// @vitest-environment happy-dom
import { bytesUrl, channel, type Publication, type Schema, type SnapshotOf } from '@baro/core'
import { act, type ReactNode, useEffect } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { at, Browser } from '../test/browser.ts'
import { BaroProvider } from './baro-provider.tsx'
import { useChannel } from './use-channel.ts'

const bytes: Schema<Uint8Array> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Uint8Array }) },
}
const picture = channel('picture', {
  events: { changed: bytes },
  state: { initial: () => ({ image: new Uint8Array() }), on: { changed: (_, { payload }) => ({ image: payload }) } },
})
type Page = SnapshotOf<typeof picture>

/** A page as its HTML embeds it. */
function embedded(): Page {
  return { channel: 'picture', position: at(3), version: '1', value: { image: { 'baro:bytes': 'AAr/' } } } as never
}

const image = Uint8Array.of(0, 10, 255)

let browser: Browser
let element: HTMLElement
let root: Root | undefined
const complaints = vi.fn()
/** The states that were rendered, and the images that effects were given. */
const states: unknown[] = []
const drawn: Uint8Array[] = []

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.spyOn(console, 'error').mockImplementation(complaints)
  browser = new Browser()
  element = document.body.appendChild(document.createElement('main'))
})
afterEach(async () => {
  await act(async () => root?.unmount())
  root = undefined
  element.remove()
  expect(complaints).not.toHaveBeenCalled()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function Picture({ page }: { page: Page }): ReactNode {
  const { state } = useChannel(picture, page)
  states.push(state)
  useEffect(() => {
    drawn.push(state.image)
  }, [state.image])
  return <img src={bytesUrl(state.image, 'image/webp')} alt="" />
}

function Pictures({ page }: { page: Page }): ReactNode {
  return (
    <BaroProvider client={browser.client}>
      <Picture page={page} />
      <Picture page={page} />
    </BaroProvider>
  )
}

/** The server's HTML arrives, and React takes it over. */
async function hydrate(): Promise<Page> {
  const page = embedded()
  element.innerHTML = renderToString(<Pictures page={embedded()} />)
  states.length = drawn.length = 0
  await act(async () => {
    root = hydrateRoot(element, <Pictures page={page} />, {
      onRecoverableError: (error) => complaints(String(error)),
    })
  })
  return page
}
async function render(page: Page): Promise<void> {
  await act(async () => root?.render(<Pictures page={page} />))
}
function shown(): (string | null)[] {
  return [...element.querySelectorAll('img')].map((img) => img.getAttribute('src'))
}

describe('a page with bytes', () => {
  it('is rendered on the server, complete', () => {
    vi.stubGlobal('window', undefined)
    expect(renderToString(<Picture page={embedded()} />)).toBe('<img src="data:image/webp;base64,AAr/" alt=""/>')
  })

  it('is taken over without a difference, and its bytes stay the same object when it goes live', async () => {
    const page = await hydrate()
    await act(async () => browser.goLive())
    await render(page)
    expect(shown()).toEqual(['data:image/webp;base64,AAr/', 'data:image/webp;base64,AAr/'])
    expect(states[0]).toStrictEqual({ image })
    expect(new Set(states).size).toBe(1)
    expect(drawn).toStrictEqual([image, image])
  })

  it('is rendered once for each change, also by a parent that makes it anew each time', async () => {
    await hydrate()
    await act(async () => browser.goLive())
    states.length = drawn.length = 0
    for (let time = 0; time < 3; time++) await render(embedded())
    expect(states).toHaveLength(6)
    expect(drawn).toEqual([])
  })

  it('shows the bytes that are published', async () => {
    await hydrate()
    await act(async () => browser.goLive())
    const publications: Publication[] = [{ type: 'changed', payload: Uint8Array.of(1), offset: 4, id: 'id-4', time: 4 }]
    const payload = { channel: 'picture', follows: at(3), position: at(4), publications }
    await act(async () => browser.tell({ type: 'baro:publications', payload }))
    expect(shown()).toEqual(['data:image/webp;base64,AQ==', 'data:image/webp;base64,AQ=='])
    expect(drawn).toStrictEqual([image, image, Uint8Array.of(1), Uint8Array.of(1)])
  })
})
