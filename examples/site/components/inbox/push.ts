'use client'

/** No page is under it: the worker is there to be told, and answers for no page. */
const scope = '/inbox-worker/'

/** What a browser gives the server, so that it can be told. */
export interface PushKeys {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

/** Whether this browser can be told while no page is open, and is. */
export type PushState = 'off' | 'on' | 'denied' | 'missing'

export async function pushState(): Promise<PushState> {
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)) return 'missing'
  if (Notification.permission === 'denied') return 'denied'
  return (await subscribed()) ? 'on' : 'off'
}

/** Asks for permission, and subscribes at the push service of the browser; `undefined` if it is not given. */
export async function startPush(serverKey: string): Promise<PushKeys | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined
  const registration = await navigator.serviceWorker.register('/inbox-worker.js', { scope })
  await activeWorker(registration)
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: serverKey,
  })
  const { endpoint = '', keys: { p256dh = '', auth = '' } = {} } = subscription.toJSON()
  return { endpoint, p256dh, auth }
}

/** Ends it; returns the endpoint that the server may forget. Who signs out calls it too: the next one here is somebody else. */
export async function stopPush(): Promise<string | undefined> {
  const subscription = await subscribed()
  await subscription?.unsubscribe()
  return subscription?.endpoint
}

async function subscribed(): Promise<PushSubscription | null> {
  if (!('serviceWorker' in navigator)) return null
  const registration = await navigator.serviceWorker.getRegistration(scope)
  return registration?.scope.endsWith(scope) ? registration.pushManager.getSubscription() : null
}

/** A worker that is not active yet can subscribe to nothing. */
function activeWorker(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting
  if (registration.active || !worker) return Promise.resolve()
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve()
    })
  })
}
