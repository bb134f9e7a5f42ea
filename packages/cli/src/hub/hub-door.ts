/** A hub as a program asks it: one request, one answer, and errors in its words. */
import { BaroError, type ErrorCode, errorCodes, type Json } from '@baro/core'
import { unreachable } from './unreachable.ts'

/** What a request is made of. */
export interface Asking {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  /** What follows the path of the hub, for example `/health`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A credential other than that of the door; `null` for none. */
  readonly bearer?: string | null
  readonly signal?: AbortSignal
}

/** What a hub has answered. */
export interface Answered<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export class HubDoor {
  /** Where the hub is, without a slash at its end. */
  readonly address: string
  readonly #bearer: string | undefined
  readonly #interrupted: AbortSignal

  constructor(address: string, bearer: string | undefined, interrupted: AbortSignal) {
    this.address = address
    this.#bearer = bearer
    this.#interrupted = interrupted
  }

  /** The same hub, by another credential. */
  as(bearer: string | undefined): HubDoor {
    return new HubDoor(this.address, bearer, this.#interrupted)
  }

  /**
   * Sends a request, and returns whatever answers.
   *
   * @throws {BaroError} `unavailable` if nobody does.
   */
  async send({ method = 'GET', path, query, headers, body, bearer = this.#bearer, signal }: Asking): Promise<Response> {
    const url = new URL(this.address + path)
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const interrupted = signal ? AbortSignal.any([signal, this.#interrupted]) : this.#interrupted
    try {
      return await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: interrupted,
      })
    } catch (error) {
      if (interrupted.aborted) throw error
      throw unreachable(url.href, error)
    }
  }

  /**
   * Asks, and reads the answer.
   *
   * @throws {BaroError} that of the hub; `unavailable` if nobody answers; `not-accepted` if who answers is no hub.
   */
  async ask<Body = Json>(asking: Asking): Promise<Answered<Body>> {
    const response = await this.send(asking)
    const text = await response.text()
    const { status, headers } = response
    if (asking.method === 'HEAD' && response.ok) return { status, headers, body: undefined as Body }
    const body = asJson(text) as (Body & { readonly error?: Problem }) | undefined
    if (response.ok && body !== undefined) return { status, headers, body }
    throw body?.error?.code ? problemOf(body.error, status) : this.noHub(response)
  }

  /** What to say of an answer that no hub gives. */
  noHub({ status, headers }: Pick<Response, 'status' | 'headers'>): BaroError {
    const location = headers.get('location')
    if (location !== null)
      return wrong(
        `${this.address} leads on to ${location}. Give the URL of the hub itself: redirects are not followed.`,
      )
    if (status === 502 || status === 503 || status === 504)
      return new BaroError(
        'unavailable',
        `A proxy at ${this.address} answers ${status}: it does not reach the server behind it.`,
      )
    const type = headers.get('content-type') ?? 'nothing'
    const advice = new URL(this.address).pathname === '/' ? ` Is it at ${this.address}/baro?` : ''
    return wrong(
      `What answers at ${this.address} is no hub: ${status}, ${type}.${advice} Is "/baro" handed on to the hub?`,
    )
  }
}

interface Problem {
  readonly code: string
  readonly message: string
  readonly retryAfterMs?: number
}

/** An error of a hub as the class it was. A newer hub may have codes that this command does not know. */
export function problemOf({ code, message, retryAfterMs }: Problem, status = 500): BaroError {
  const codes = Object.keys(errorCodes) as ErrorCode[]
  const known = codes.find((one) => one === code) ?? codes.find((one) => errorCodes[one].status === status)
  return new BaroError(known ?? 'handler-failed', message, { retryAfterMs })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wrong(message: string): BaroError {
  return new BaroError('not-accepted', message)
}
