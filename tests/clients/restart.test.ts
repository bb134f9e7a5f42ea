import { spawnSync } from 'node:child_process'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Follow, followers, type Heard } from './followers.ts'
import { createRestartingNode } from './restarting-node.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

beforeAll(() => {
  if (spawnSync('curl', ['--version']).status !== 0)
    throw new Error('curl is missing: install it (on Debian `apt-get install curl`).')
})

/** A node, somebody who follows it, and what they have heard. */
async function setUp(follow: Follow) {
  const node = await createRestartingNode()
  ends.push(() => node.close())
  const heard: Heard[] = []
  let tell = () => {}
  ends.push(
    follow(node.url, (one) => {
      heard.push(one)
      tell()
    }),
  )
  return {
    node,
    heard,
    /** What was heard, once this is the last of it. */
    async until(id: string): Promise<readonly Heard[]> {
      while (!heard.some((one) => ('id' in one ? one.id : one.state.at(-1)) === id))
        await new Promise<void>((resolve) => {
          tell = resolve
        })
      return heard
    },
    async publish(...ids: readonly string[]) {
      for (const id of ids) await node.publish(id)
    },
  }
}

/** Lives of the stream as they were heard: why each began, and everything that was said in it, in order. */
function livesOf(heard: readonly Heard[]) {
  const lives: { readonly reset: string; readonly ids: string[] }[] = []
  for (const one of heard) {
    if ('reset' in one) lives.push({ reset: one.reset, ids: [...one.state] })
    else lives.at(-1)?.ids.push(one.id)
  }
  return lives
}

describe.each(Object.entries(followers))('%s follows a channel', (_, follow) => {
  test('I2: through a restart of a node whose history is kept: nothing is missed, and nothing comes twice', async () => {
    const { node, publish, until } = await setUp(follow)
    await publish('one', 'two')
    await until('two')
    await publish('three')
    await until('three')
    await node.stop()
    await publish('four', 'five')
    await node.start({ remembers: true })
    await until('five')
    await publish('six')
    expect(livesOf(await until('six'))).toEqual([
      { reset: 'none', ids: ['one', 'two', 'three', 'four', 'five', 'six'] },
    ])
  })

  test('I4: through a restart that loses everything: one honest reset, and each life is whole', async () => {
    const { node, publish, until } = await setUp(follow)
    await publish('one', 'two')
    await until('two')
    await publish('three')
    await until('three')
    await node.stop()
    await node.start({ remembers: false })
    await publish('another', 'life')
    await until('life')
    await publish('goes on')
    expect(livesOf(await until('goes on'))).toEqual([
      { reset: 'none', ids: ['one', 'two', 'three'] },
      { reset: 'epoch', ids: ['another', 'life', 'goes on'] },
    ])
  })
})
