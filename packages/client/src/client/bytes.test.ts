import { channel, type Json, type Publication, type Schema } from '@baro/core'
import { jsonText } from '@baro/core/protocol'
import { describe, expect, it } from 'vitest'
import { at } from '../../test/chat.ts'
import { Rig, terms } from '../../test/rig.ts'

/** A schema that only names types: validation is the server's. */
function typed<T>(): Schema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) } }
}

const album = channel('album:{id}', {
  events: { picture: typed<{ image: Uint8Array; alt: string }>() },
  requests: { mirror: { input: typed<Uint8Array>(), output: typed<Uint8Array>() } },
  state: { initial: () => [] as Uint8Array[], on: { picture: (list, { payload }) => [...list, payload.image] } },
})
const mine = album({ id: 'mine' })
const image = Uint8Array.of(0, 10, 34, 255)

/** A client that follows the album live, from its beginning. */
function live() {
  const rig = new Rig()
  const subscription = rig.client.subscribe(album, { ...mine, position: at(0), version: '1', value: [] })
  rig.connect()
  rig.recover([], mine.channel)
  return { rig, subscription }
}

/** The publication at the first offset, as a hub makes it of a publish. */
function confirmed(id: string): Publication {
  return { type: 'picture', payload: { image, alt: '' }, offset: 1, id, time: 0 }
}

describe('bytes that are published', () => {
  it.each<[string, Uint8Array]>([
    ['a Uint8Array', image],
    ['a Buffer', Buffer.from(image)],
    ['a part of a longer memory', Uint8Array.of(1, ...image, 1).subarray(1, 5)],
  ])('are a Uint8Array in the state before and after they are confirmed, given %s', (_, given) => {
    const { rig, subscription } = live()
    subscription.publish('picture', { image: given, alt: '' }, { id: 'p1' })
    expect(subscription.current).toMatchObject({ pending: ['p1'] })
    expect(subscription.current.state).toStrictEqual([image])
    expect(rig.link.lastOf('baro:publish').payload).toStrictEqual({ image, alt: '' })
    rig.deliver(0, [confirmed('p1')], mine.channel)
    expect(subscription.current).toMatchObject({ pending: [] })
    expect(subscription.current.state).toStrictEqual([image])
  })

  it('are those of the moment: what is written into their memory later changes nothing', () => {
    const { rig, subscription } = live()
    const canvas = image.slice()
    subscription.publish('picture', { image: canvas, alt: '' })
    canvas.fill(7)
    expect(subscription.current.state).toStrictEqual([image])
    expect(rig.link.lastOf('baro:publish').payload).toStrictEqual({ image, alt: '' })
  })

  it('count in their JSON form, for the next link may be one that sends texts', async () => {
    const { rig, subscription } = live()
    const length = (alt: string) => {
      const payload: Json = { image, alt }
      return jsonText({ type: 'baro:publish', payload: { id: 'p', ...mine, type: 'picture', payload } })?.length ?? 0
    }
    const longest = '.'.repeat(terms.maxMessageBytes - length(''))
    expect(length(longest)).toBe(terms.maxMessageBytes)
    await expect(subscription.publish('picture', { image, alt: `${longest}.` }, { id: 'p' })).rejects.toMatchObject({
      code: 'too-large',
    })
    expect(rig.link.sentOf('baro:publish')).toEqual([])
    expect(subscription.current.state).toEqual([])
    subscription.publish('picture', { image, alt: longest }, { id: 'p' })
    expect(rig.link.sentOf('baro:publish')).toHaveLength(1)
  })
})

describe('bytes that are asked for', () => {
  it('go out and come back as a Uint8Array', async () => {
    const { rig, subscription } = live()
    const answer = subscription.request('mirror', Buffer.from(image))
    const { id, channel, payload } = rig.link.lastOf('baro:request')
    expect(payload).toStrictEqual(image)
    rig.link.tell({ type: 'baro:answer', payload: { id, channel, payload: image } })
    expect(await answer).toStrictEqual(image)
  })
})
