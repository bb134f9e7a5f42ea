import webPush from 'web-push'
import { keptSecret } from '../kept-secret.ts'

/** The names under which the environment holds the keys. The pages read the public one there. */
export interface VapidKeys {
  readonly VAPID_PUBLIC_KEY: string
  readonly VAPID_PRIVATE_KEY: string
}

/**
 * The keys by which push services know the site (RFC 8292). They are kept: a browser has subscribed to what is signed by them,
 * and refuses all else.
 */
export async function vapidKeys(
  folder: string | undefined,
  { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY }: Readonly<Record<string, string | undefined>> = process.env,
): Promise<VapidKeys> {
  // Several servers are given the same.
  if (VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY) return { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY }
  const { publicKey, privateKey } = webPush.generateVAPIDKeys()
  const made: VapidKeys = { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }
  return JSON.parse(await keptSecret(folder, 'vapid.json', JSON.stringify(made)))
}
