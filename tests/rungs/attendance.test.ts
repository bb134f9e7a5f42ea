import type { Transport } from '@baro/client'
import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage } from './rung-stage.ts'

const leaveAfterMs = 10_000

/** A transport that may be changed for another: the next link takes it. */
function changing(first: Transport): Transport & { take(next: Transport): void } {
  let current = first
  return {
    get rung() {
      return current.rung
    },
    open: (url, events) => current.open(url, events),
    take(next) {
      current = next
    },
  }
}

async function openRoom() {
  const told: string[] = []
  const name = (user: { readonly id: string } | undefined) => user?.id ?? 'guest'
  const stage = await openStage(
    {
      joined: ({ user }: { readonly user?: { readonly id: string } }) => void told.push(`${name(user)} joined`),
      left: ({ user }: { readonly user?: { readonly id: string } }) => void told.push(`${name(user)} left`),
    } as never,
    { leaveAfterMs, auth: ({ token }) => (token === undefined ? undefined : { id: token }) },
  )
  return { ...stage, told }
}

describe.each(clientRungs)('over %s', (rung, createTransport) => {
  // A long poll waits for 25 seconds, and its client stays for twice as long.
  const goneMs = rung === 'long-poll' ? 52_000 : leaveAfterMs + 4_000

  it('one reader joins once and leaves once, whatever it reads and however often it asks', async () => {
    const { clock, hub, follow, pass, until, told } = await openRoom()
    const { client, subscription } = await follow(createTransport(clock))
    for (let count = 0; count < 5; count++) {
      await hub.publish({ channel: 'room:1' }, 'said', `text ${count}`)
      await pass(3_200)
    }
    await until(() => expect(subscription.current.state).toHaveLength(5))
    expect(told).toEqual(['guest joined'])
    client.close()
    await pass(goneMs)
    expect(told).toEqual(['guest joined', 'guest left'])
  })

  it.each(clientRungs.filter(([other]) => other !== rung))(
    'that changes to %s is the same reader',
    async (_, createOther) => {
      const { clock, hub, follow, pass, until, told } = await openRoom()
      const transport = changing(createTransport(clock))
      const { subscription, page, client } = await follow(transport)
      for (let change = 0; change < 3; change++) {
        transport.take(change % 2 ? createTransport(clock) : createOther(clock))
        page.hidden()
        page.woke()
        await until(() =>
          expect(subscription.current.status).toMatchObject({ state: 'live', rung: client.status.rung }),
        )
        await hub.publish({ channel: 'room:1' }, 'said', `text ${change}`)
        await until(() => expect(subscription.current.state).toHaveLength(change + 1))
      }
      await pass(leaveAfterMs + 1_000)
      expect(told).toEqual(['guest joined'])
    },
  )

  it('that is cut and comes back within the grace has not left; after it, it has, and joins again', async () => {
    const { clock, follow, pass, until, told } = await openRoom()
    const { subscription, page } = await follow(createTransport(clock))
    page.hidden()
    await pass(leaveAfterMs - 1_000)
    page.woke()
    await until(() => expect(subscription.current.status.state).toBe('live'))
    await pass(leaveAfterMs)
    expect(told).toEqual(['guest joined'])
    page.hidden()
    await pass(goneMs)
    expect(told).toEqual(['guest joined', 'guest left'])
    page.woke()
    await until(() => expect(told).toEqual(['guest joined', 'guest left', 'guest joined']))
  })

  it('two tabs of one user are one member, which leaves with the last', async () => {
    const { clock, follow, pass, until, told } = await openRoom()
    const token = () => 'ada'
    const first = await follow(createTransport(clock), { token })
    const second = await follow(createTransport(clock), { token })
    await until(() => expect(told).toEqual(['ada joined']))
    first.client.close()
    await pass(goneMs)
    expect(told).toEqual(['ada joined'])
    second.client.close()
    await pass(goneMs)
    expect(told).toEqual(['ada joined', 'ada left'])
  })
})
