import { BaroError, members } from '@baro/core'
import type { Hub } from '@baro/server'
import { inbox, post, subscriptions, unreadOf } from '../../channels/inbox.ts'
import { wordsIn } from '../../i18n/words.ts'
import { createFairShare } from '../fair-share.ts'
import { assertSubscription, pushHosts } from './push-address.ts'
import type { SendPush } from './push-sender.ts'

/** The rules of the inboxes: each is its owner's alone, and who has no page of it open is told by push. */
export function openInbox(hub: Hub, send: SendPush, hosts: readonly string[] = pushHosts): void {
  const share = createFairShare({ each: 20, all: 200 }, Date.now)

  async function tellByPush(to: string, from: string): Promise<void> {
    const here = await hub.snapshot(members(inbox({ id: to })))
    if (here.value.count > 0) return
    const browsers = (await hub.snapshot(subscriptions({ id: to }))).value
    const count = unreadOf((await hub.snapshot(inbox({ id: to }))).value)
    for (const browser of browsers) {
      const title = wordsIn(browser.language).inbox.pushed(from, count)
      if ((await send(browser, { title, count })) === 'gone')
        await hub.publish(subscriptions({ id: to }), 'removed', { endpoint: browser.endpoint })
    }
  }

  hub.on(inbox, {
    // For whatever is asked: to read it, to be there, to say that it was read.
    access: ({ claims, user, params }) => claims.role === 'member' && user?.id === params.id,
    private: ['text', 'endpoint', 'auth', 'p256dh'],
    events: { read: ({ payload, publish }) => publish('read', payload) },
    requests: {
      pushOn: async ({ payload, params }) => {
        assertSubscription(payload, hosts)
        await hub.publish(subscriptions(params), 'added', payload)
        return {}
      },
      pushOff: async ({ payload, params }) => {
        await hub.publish(subscriptions(params), 'removed', payload)
        return {}
      },
    },
    joined: async ({ user, claims }) => {
      const { value } = await hub.snapshot(post())
      const name = String(claims.name)
      if (user && !value.some((one) => one.id === user.id)) await hub.publish(post(), 'opened', { id: user.id, name })
    },
  })
  hub.on(post, {
    access: ({ claims }) => claims.role === 'member',
    requests: {
      send: async ({ payload: { to, text }, user, claims }) => {
        const { value } = await hub.snapshot(post())
        // A channel for each name that somebody invents would be one too many.
        if (to !== user?.id && !value.some(({ id }) => id === to))
          throw new BaroError('not-accepted', 'Nobody of this name has opened an inbox lately. Choose one of the list.')
        share.take(user?.id ?? '')
        await hub.publish(inbox({ id: to }), 'note', { from: String(claims.name), text })
        // Whoever writes does not wait for a push service.
        tellByPush(to, String(claims.name)).catch((error) => console.error('A push could not be sent.', error))
        return {}
      },
    },
  })
  hub.on(subscriptions, { access: () => false, private: ['endpoint', 'auth', 'p256dh'] })
}
