import { channel } from './channel.ts'
import { el, refill } from './elements.ts'
import { channels, nodes, sessions } from './lists.ts'
import { session } from './session.ts'
import type { Page, View } from './view.ts'
import { why } from './why.ts'
import { languages } from './words.ts'

const everyMs = 2_000

const { api = '' } = document.body.dataset
const language = document.documentElement.lang === 'ko' ? 'ko' : 'en'
const words = languages[language]
const main = document.querySelector('main') as HTMLElement
const notice = document.querySelector('#notice') as HTMLElement

const page: Page = {
  ...{ words, language, api },
  async ask(path, init) {
    const response = await fetch(api + path, init)
    const answer = await response.json()
    if (response.status === 401) location.reload()
    if (!response.ok) throw new Error(answer?.error?.message ?? words.failed)
    return answer
  },
}

let view: View | undefined
let timer: ReturnType<typeof setTimeout> | undefined

function viewFor(hash: string): View {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [place, name, part = ''] = path.split('/').map(decoded)
  const search = new URLSearchParams(query)
  if (place === 'sessions') return name ? session(page, name) : sessions(page, search)
  if (place === 'channels') return name ? channel(page, name, part) : channels(page)
  return place === 'why' ? why(page, search) : nodes(page)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function open(): void {
  view?.close?.()
  view = viewFor(location.hash)
  refill(main, view.root)
  const [place] = location.hash.replace(/^#\/?/, '').split(/[/?]/)
  for (const link of document.querySelectorAll<HTMLElement>('header nav a')) {
    if (link.getAttribute('href') === `#/${place || 'nodes'}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  void goOn()
}

async function goOn(): Promise<void> {
  clearTimeout(timer)
  const current = view
  try {
    if (!document.hidden) await current?.update?.()
    if (current === view) refill(notice)
  } catch (error) {
    const { message } = error as Error
    if (current === view) refill(notice, el('span', {}, error instanceof TypeError ? words.failed : message))
  }
  if (current !== view) return
  clearTimeout(timer)
  timer = setTimeout(goOn, everyMs)
}

addEventListener('hashchange', () => {
  open()
  main.focus({ preventScroll: true })
})
document.addEventListener('visibilitychange', () => void goOn())
open()
