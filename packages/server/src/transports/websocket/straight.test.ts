/** Past the machinery of streams: the same bytes, in the same order, and nothing of a connection that is paused or ends. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { connectionOf, readStraight, takesStraight, writeStraight } from './straight.ts'

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

/** The two ends of a connection. The client does not read by itself. */
async function pair(): Promise<{ connection: Socket; client: Socket }> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const accepted = once(server, 'connection')
  const client = connect(port, '127.0.0.1').pause()
  const [connection] = (await accepted) as [Socket]
  sockets.push(client, connection)
  return { connection, client }
}

const large = Buffer.alloc(16 << 20, 'a')

describe('writes', () => {
  test('leave before the call returns, while the kernel has room', async () => {
    const { connection, client } = await pair()
    let hasLeft = false
    writeStraight(connection, Buffer.from('now'), () => {
      hasLeft = true
    })
    expect([hasLeft, connection.writableLength]).toEqual([true, 0])
    const [chunk] = await once(client.resume(), 'data')
    expect(String(chunk)).toBe('now')
  })

  test('keep their order, also before what the stream writes and before its end', async () => {
    const { connection, client } = await pair()
    const left: string[] = []
    writeStraight(connection, large, () => left.push('large'))
    writeStraight(connection, Buffer.from('b'), () => left.push('b'))
    expect(left).toEqual([])
    connection.end('c')
    let [length, last] = [0, '']
    client.on('data', (chunk: Buffer) => {
      length += chunk.length
      last = (last + chunk.subarray(-2).toString()).slice(-2)
    })
    await once(client.resume(), 'end')
    expect([length, last, left]).toEqual([large.length + 2, 'bc', ['large', 'b']])
  })

  test('end the connection if they cannot get there, and have left all the same', async () => {
    const { connection, client } = await pair()
    client.on('error', () => {})
    const failed = once(connection, 'error')
    const closed = new Promise((resolve) => connection.once('close', resolve))
    const left = new Promise<void>((resolve) => writeStraight(connection, large, resolve))
    client.resetAndDestroy()
    await left
    await Promise.all([failed.catch(() => {}), closed])
    expect(connection.destroyed).toBe(true)
  })

  test('end the connection also where nothing is read that would tell', async () => {
    const { connection } = await pair()
    connection._write = (_bytes, _encoding, done) => done(new Error('the network is gone'))
    connection.on('error', () => {})
    let hasLeft = false
    writeStraight(connection, large, () => {
      hasLeft = true
    })
    expect([hasLeft, connection.destroyed]).toEqual([true, true])
  })

  test('wait for those of the stream, and come after no end', async () => {
    const { connection } = await pair()
    expect(takesStraight(connection)).toBe(true)
    connection.cork()
    expect(takesStraight(connection)).toBe(false)
    connection.uncork()
    connection.write(large)
    expect(takesStraight(connection)).toBe(false)
    const { connection: ending } = await pair()
    ending.end()
    expect(takesStraight(ending)).toBe(false)
    const { connection: gone } = await pair()
    gone.destroy()
    expect(takesStraight(gone)).toBe(false)
  })

  test('go to connections of the machine alone', async () => {
    const { connection } = await pair()
    expect(connectionOf(connection)).toBe(connection)
    expect(connectionOf(new Duplex())).toBeUndefined()
  })
})

describe('reads', () => {
  async function reading(takesMore = true) {
    const { connection, client } = await pair()
    const got: string[] = []
    let isStraight = true
    const { push } = connection
    const take = (chunk: Buffer): void => {
      got.push(`${isStraight ? 'straight' : 'stream'} ${chunk}`)
      if (!takesMore) connection.pause()
    }
    connection.on('data', take)
    connection.push = (...chunk) => {
      isStraight = false
      return push.apply(connection, chunk)
    }
    readStraight(connection, take)
    const { push: outer } = connection
    connection.push = (...chunk) => {
      isStraight = true
      return outer.apply(connection, chunk)
    }
    const say = async (text: string): Promise<void> => {
      const { bytesRead } = connection
      client.write(text)
      while (connection.bytesRead === bytesRead) await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { connection, client, got, say }
  }

  test('come straight', async () => {
    const { got, say } = await reading()
    await say('a')
    await say('b')
    expect(got).toEqual(['straight a', 'straight b'])
  })

  test('take the way of streams while somebody else listens', async () => {
    const { connection, got, say } = await reading()
    await say('a')
    connection.once('data', (chunk) => got.push(`another ${chunk}`))
    await say('b')
    await say('c')
    expect(got).toEqual(['straight a', 'stream b', 'another b', 'straight c'])
  })

  test('wait while the connection is paused, and come in their order', async () => {
    const { connection, got, say } = await reading(false)
    await say('a')
    expect(connection.isPaused()).toBe(true)
    await say('b')
    await say('c')
    expect(got).toEqual(['straight a'])
    connection.resume()
    await new Promise((resolve) => setImmediate(resolve))
    expect(got).toEqual(['straight a', 'stream b'])
    connection.resume()
    await new Promise((resolve) => setImmediate(resolve))
    expect(got).toEqual(['straight a', 'stream b', 'stream c'])
  })

  test('end as streams do', async () => {
    const { connection, client, got, say } = await reading()
    await say('a')
    client.end()
    await once(connection, 'end')
    expect(got).toEqual(['straight a'])
  })
})
