import { BaroError } from '@baro/core'
import { quote } from '@baro/core/protocol'
import type { Gateway } from './gateway.ts'
import { restBelow, servedPath } from './served-path.ts'

/** The gateways of a hub, by their paths. */
export class Gateways {
  readonly #hubPath: string
  readonly #gateways: { readonly path: string; readonly gateway: Gateway }[] = []

  constructor(path: string) {
    this.#hubPath = path
  }

  /** @throws {BaroError} `bad-definition` if no URL has its path, or if the hub or another gateway is there. */
  add(gateway: Gateway): void {
    const path = servedPath('hub.addGateway', gateway.path)
    const others = this.#gateways.map((one) => one.path)
    const isOthers = others.some((other) => isWithin(other, path) || isWithin(path, other))
    if (path === '' || isOthers || isWithin(path, this.#hubPath) || isOwn(restBelow(this.#hubPath, path)))
      throw new BaroError(
        'bad-definition',
        `A gateway cannot be at ${quote(gateway.path)}, because the hub or another gateway is there. Choose another path.`,
      )
    this.#gateways.push({ path, gateway })
  }

  /** The gateway that a request is for. */
  find(pathname: string): Gateway | undefined {
    return this.#gateways.find(({ path }) => restBelow(path, pathname) !== undefined)?.gateway
  }

  async close(): Promise<void> {
    await Promise.all(this.#gateways.map(({ gateway }) => gateway.close()))
  }
}

/** What the hub answers itself, below its path. Beside it there is room for what looks at the hub, such as its metrics. */
const ownPlaces = ['channels', 'connect', 'publish', 'revalidate', 'health', 'errors']

function isOwn(rest: string | undefined): boolean {
  return rest === '' || ownPlaces.includes(rest?.split('/')[1] ?? '')
}

/** A hub that is all of a server is at every path; there a gateway has the last word on its own. */
function isWithin(outer: string, inner: string): boolean {
  return outer !== '' && restBelow(outer, inner) !== undefined
}
