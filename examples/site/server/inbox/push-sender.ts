import type { Agent } from 'node:https'
import webPush from 'web-push'
import type { Subscription } from '../../channels/inbox.ts'
import type { VapidKeys } from './vapid-keys.ts'

/** All that a push service, which sees only the cipher, carries to a browser. */
export interface PushPayload {
  readonly title: string
  /** How many notes are unread. */
  readonly count: number
}

/** `gone`: the browser does not want it any more, and never will. */
export type PushOutcome = 'sent' | 'gone' | 'failed'

export type SendPush = (subscription: Subscription, payload: PushPayload) => Promise<PushOutcome>

/** After that nobody wants to be told, in seconds. */
const lifeSeconds = 86_400
const timeoutMs = 10_000

/** Tells browsers by Web Push (RFC 8030, 8291, 8292). */
export function createPushSender(keys: VapidKeys, agent?: Agent): SendPush {
  const vapidDetails = {
    // Whom a push service writes to if this site is a burden to it.
    subject: process.env.VAPID_SUBJECT || 'mailto:push@baro.example',
    publicKey: keys.VAPID_PUBLIC_KEY,
    privateKey: keys.VAPID_PRIVATE_KEY,
  }
  return async ({ endpoint, p256dh, auth }, payload) => {
    const options = { vapidDetails, TTL: lifeSeconds, timeout: timeoutMs, topic: 'inbox', ...(agent && { agent }) }
    try {
      await webPush.sendNotification({ endpoint, keys: { p256dh, auth } }, JSON.stringify(payload), options)
      return 'sent'
    } catch (error) {
      const status = error instanceof webPush.WebPushError ? error.statusCode : undefined
      if (status === 404 || status === 410) return 'gone'
      // An endpoint is a secret between the browser and this site, and the error holds it.
      console.warn(`A push service did not take a notification: ${status ?? 'it could not be reached'}.`)
      return 'failed'
    }
  }
}
