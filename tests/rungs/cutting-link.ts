import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'

/** A TCP link to a server that breaks after a number of bytes from the server; `bytes` is how many have passed. */
export interface CuttingLink {
  readonly origin: string
  readonly bytes: number
  /** From now on connections break after this many bytes from the server. */
  cutAfter(bytes: number): void
  /** Breaks what is open. */
  cutAll(): void
  close(): Promise<void>
}

/** Opens the link in front of a local port. */
export async function createCuttingLink(port: number): Promise<CuttingLink> {
  let limit = Number.POSITIVE_INFINITY
  let passed = 0
  const open = new Set<() => void>()
  const cutAll = () => {
    for (const cut of open) cut()
  }
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1')
    let left = limit
    passed = 0
    const cut = () => {
      open.delete(cut)
      client.destroy()
      target.destroy()
    }
    open.add(cut)
    client.on('error', cut).on('close', cut)
    target.on('error', cut).on('close', cut)
    client.pipe(target)
    if (left === 0) return cut()
    target.on('data', (chunk) => {
      passed += chunk.length
      if (chunk.length < left) {
        left -= chunk.length
        client.write(chunk)
      } else client.write(chunk.subarray(0, left), cut)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get bytes() {
      return passed
    },
    cutAfter(bytes) {
      limit = bytes
    },
    cutAll,
    close() {
      cutAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
