// Runs while no page of the site is open. It keeps nothing, and answers no request.

/** A note has come: `{ title, count }`. */
addEventListener('push', (event) => {
  const { title, count } = event.data.json()
  const told = registration.showNotification(title, {
    tag: 'inbox',
    renotify: true,
    icon: '/icon.svg',
    data: { count },
  })
  // A badge is a gift: not every browser has one, or lets a page set it.
  event.waitUntil(Promise.all([told, navigator.setAppBadge?.(count).catch(() => {})]))
})

addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openInbox())
})

async function openInbox() {
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const open = pages.find(({ url }) => /\/inbox$/.test(new URL(url).pathname))
  return open ? open.focus() : clients.openWindow('/inbox')
}
