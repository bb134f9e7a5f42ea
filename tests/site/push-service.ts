/** A push service on this machine, and the browsers that have subscribed there. Its cipher is opened by code of its own. */
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Subscription } from '../../examples/site/channels/inbox.ts'
import type { Certificate } from '../clients/certificate.ts'

/** What came for a browser. */
export interface Received {
  readonly payload: unknown
  /** Who signed it, as the browser was told (RFC 8292). */
  readonly serverKey: string
  readonly audience: string
  readonly ttlSeconds: number
}

/** A browser that has subscribed. */
export interface SubscribedBrowser {
  readonly subscription: Subscription
  readonly received: readonly Received[]
  /** How the service answers for it from now on. Default: 201. */
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
}

export interface PushService {
  /** As in an endpoint. */
  readonly host: string
  /** Paths that were asked for and belong to nobody. */
  readonly strays: readonly string[]
  subscribe(language?: Subscription['language']): SubscribedBrowser
  close(): void
}

interface Entry extends SubscribedBrowser {
  readonly received: Received[]
  readonly ecdh: ReturnType<typeof createECDH>
  readonly secret: Buffer
}

/** Starts a service. */
export async function startPushService({ key, cert }: Certificate): Promise<PushService> {
  const browsers = new Map<string, Entry>()
  const strays: string[] = []
  const server = createServer({ key, cert }, async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const browser = browsers.get(request.url ?? '')
    if (!browser) {
      strays.push(request.url ?? '')
      response.writeHead(404).end()
      return
    }
    if (browser.answer.status === 201) {
      const { serverKey, audience } = signerOf(request.headers.authorization ?? '')
      browser.received.push({
        payload: JSON.parse(decrypt(Buffer.concat(parts), browser.ecdh, browser.secret)),
        ttlSeconds: Number(request.headers.ttl),
        serverKey,
        audience,
      })
    }
    response.writeHead(browser.answer.status, browser.answer.headers).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  return {
    host,
    strays,
    subscribe(language = 'en') {
      const ecdh = createECDH('prime256v1')
      ecdh.generateKeys()
      const secret = randomBytes(16)
      const path = `/push/${randomBytes(8).toString('hex')}`
      const entry: Entry = {
        subscription: {
          endpoint: `https://${host}${path}`,
          p256dh: ecdh.getPublicKey('base64url'),
          auth: secret.toString('base64url'),
          language,
        },
        received: [],
        answer: { status: 201 },
        ecdh,
        secret,
      }
      browsers.set(path, entry)
      return entry
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Opens a message of one record (RFC 8291 §3.4, RFC 8188 §2). */
function decrypt(body: Buffer, ecdh: Entry['ecdh'], secret: Buffer): string {
  const salt = body.subarray(0, 16)
  const keyLength = body.readUInt8(20)
  const senderKey = body.subarray(21, 21 + keyLength)
  const cipher = body.subarray(21 + keyLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), senderKey])
  const ikm = hkdf(secret, ecdh.computeSecret(senderKey), info, 32)
  const contentKey = hkdf(salt, ikm, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(salt, ikm, Buffer.from('Content-Encoding: nonce\0'), 12)
  const opening = createDecipheriv('aes-128-gcm', contentKey, nonce)
  opening.setAuthTag(cipher.subarray(-16))
  const record = Buffer.concat([opening.update(cipher.subarray(0, -16)), opening.final()])
  // The last record ends with a 2, and padding.
  return record.subarray(0, record.lastIndexOf(2)).toString('utf8')
}

/** RFC 5869, for what fits into one block. */
function hkdf(salt: Buffer, ikm: Buffer, info: Buffer, length: number): Buffer {
  const prk = createHmac('sha256', salt).update(ikm).digest()
  return createHmac('sha256', prk)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest()
    .subarray(0, length)
}

/** The key that has signed a request, once its signature holds. */
function signerOf(authorization: string): { readonly serverKey: string; readonly audience: string } {
  const [, token = '', serverKey = ''] = /^vapid t=([^,]+), k=([\w-]+)$/.exec(authorization) ?? []
  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(serverKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'))
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: `${x}`, y: `${y}` }, format: 'jwk' })
  const signed = Buffer.from(`${head}.${claims}`)
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
    throw new Error('The signature of the site does not hold.')
  return { serverKey, audience: JSON.parse(Buffer.from(claims, 'base64url').toString()).aud }
}
