import { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { writeOut } from './write-out.ts'

/** A connection whose network takes a write when the test says so, or at once. */
function setUp(takesAtOnce: boolean) {
  const taken: (() => void)[] = []
  const writevs: number[] = []
  const stream = new Duplex({
    highWaterMark: 100,
    read: () => {},
    write: (_chunk, _encoding, done) => void (takesAtOnce ? done() : taken.push(done)),
    writev(chunks, done) {
      writevs.push(chunks.length)
      if (takesAtOnce) done()
      else taken.push(done)
    },
  })
  const told: string[] = []
  stream.on('drain', () => told.push('by Node'))
  return {
    told,
    write: (length: number) => writeOut(stream, [Buffer.alloc(length)], () => told.push('by us')),
    writePieces: (...lengths: number[]) =>
      writeOut(
        stream,
        lengths.map((length) => Buffer.alloc(length)),
        () => told.push('by us'),
      ),
    writevs,
    async takeAll() {
      for (let done = taken.shift(); done; done = taken.shift()) {
        done()
        await new Promise((resolve) => process.nextTick(resolve))
      }
    },
  }
}

describe('what is written', () => {
  test('in pieces leaves in one system call, and `drained` is called as for one piece', async () => {
    const atOnce = setUp(true)
    atOnce.writePieces(10, 200, 10)
    await atOnce.takeAll()
    expect(atOnce.writevs).toEqual([3])
    const below = setUp(false)
    below.writePieces(10, 20, 30)
    await below.takeAll()
    expect(below.told).toEqual(['by us'])
    const above = setUp(false)
    above.writePieces(10, 200, 10)
    await above.takeAll()
    expect(above.told).toEqual(['by Node'])
  })

  test('and leaves at once calls no `drained`, because nothing waited', async () => {
    const { told, write, takeAll } = setUp(true)
    write(10)
    await takeAll()
    expect(told).toEqual([])
  })

  test('and waits below Node’s high-water mark calls `drained`', async () => {
    const { told, write, takeAll } = setUp(false)
    write(10)
    expect(told).toEqual([])
    await takeAll()
    expect(told).toEqual(['by us'])
  })

  test('and waits above it makes Node emit `drain`', async () => {
    const { told, write, takeAll } = setUp(false)
    write(200)
    await takeAll()
    expect(told).toEqual(['by Node'])
  })
})
