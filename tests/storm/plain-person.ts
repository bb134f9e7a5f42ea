import { EventSource } from 'eventsource'
import { everybody } from './channels.ts'
import { Hearing } from './hearing.ts'
import type { Issuer, Person, Role } from './person.ts'
import { OneByOne, refusedWith } from './saying.ts'
import { tokenOf } from './tokens.ts'

/** Refusals after which the same publish is sent again, as the documentation of plain HTTP says. */
const passing = new Set(['rate-limited', 'unavailable', 'in-progress', 'expired'])

/** Somebody without any library of ours: an `EventSource`, and a `POST` that is repeated under its id until it has an answer. */
export const plainRole: Role = { play: plainPerson }

function plainPerson(name: string, url: string, issuer: Issuer): Person {
  const hearing = new Hearing(name)
  const address = `${url}/baro/channels/${everybody.channel}`
  const authorization = () => (issuer.isAway ? undefined : `Bearer ${tokenOf(name)}`)
  let position: string | undefined
  let source = open()
  // Any other status than 200 is final for an `EventSource`, and a token that nobody gives is one.
  const watch = setInterval(() => {
    if (source.readyState === EventSource.CLOSED) source = open()
  }, 500)

  function open(): EventSource {
    const opened = new EventSource(`${address}?live=sse${position === undefined ? '' : `&after=${position}`}`, {
      fetch: (to, init) => {
        const token = authorization()
        return fetch(to, { ...init, headers: { ...init.headers, ...(token && { authorization: token }) } })
      },
    })
    opened.onmessage = ({ data, lastEventId }) => {
      position = lastEventId
      const { type, payload } = JSON.parse(data)
      if (type === 'said') hearing.hear(payload)
    }
    return opened
  }

  async function post(n: number): Promise<string | undefined> {
    const token = authorization()
    if (!token) return 'unavailable'
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: token },
      body: JSON.stringify({ type: 'said', payload: { by: name, n }, id: `${name}-${n}` }),
      signal: AbortSignal.timeout(5_000),
    })
    const body = (await answer.json()) as { readonly error?: { readonly code: string } }
    return answer.ok ? undefined : (body.error?.code ?? `status ${answer.status}`)
  }

  const saying = new OneByOne(async (n) => {
    const code = await post(n).catch(() => 'unavailable')
    if (code === undefined) return 'kept'
    return passing.has(code) ? 'pending' : refusedWith(code)
  })

  return {
    name,
    rung: 'EventSource',
    isMember: false,
    spoken: saying.spoken,
    complaints: hearing.complaints,
    get shown() {
      return { newest: hearing.newest }
    },
    get isLive() {
      return source.readyState === EventSource.OPEN
    },
    get status() {
      return ['connecting', 'open', 'closed'][source.readyState] ?? ''
    },
    speak: () => saying.speak(),
    leave() {
      saying.leave()
      clearInterval(watch)
      source.close()
    },
  }
}
