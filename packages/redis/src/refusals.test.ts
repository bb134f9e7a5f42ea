import { freePort, type RedisServer, startRedis } from '@baro/testing/redis'
import { afterEach, describe, expect, test } from 'vitest'
import { complaintAbout } from './link/usable.ts'
import { createRedisBroker } from './redis-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const running: RedisServer[] = []
const single = { isCluster: false, evicting: 'never' } as const

async function start(...settings: readonly string[]): Promise<RedisServer> {
  const server = await startRedis(...settings)
  running.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const create = (url: string, waitMs = 2_000) => createRedisBroker({ url, waitMs, log })
const refused = (sentence: RegExp) => ({ code: 'bad-definition', message: expect.stringMatching(sentence) })

describe('a Redis that cannot be used is refused at the start, and the message says what to do', () => {
  test('a wrong password, and none', async () => {
    const { port, url } = await start('--requirepass', 'secret')
    await expect(create(`redis://:wrong@127.0.0.1:${port}`)).rejects.toMatchObject(refused(/does not know this name/))
    await expect(create(url)).rejects.toMatchObject(refused(/wants a password/))
    const broker = await create(`redis://:secret@127.0.0.1:${port}`)
    await broker.close()
  })

  test('a policy by which it may delete what was promised to be kept', async () => {
    const { url } = await start('--maxmemory-policy', 'volatile-lru')
    await expect(create(url)).rejects.toMatchObject(refused(/CONFIG SET maxmemory-policy noeviction/))
  })

  test('a replica', async () => {
    const master = await start()
    const { url } = await start('--replicaof', '127.0.0.1', String(master.port))
    await expect(create(url)).rejects.toMatchObject(refused(/is a replica and takes no writes/))
  })

  test('keys of another application', async () => {
    const { url, command } = await start()
    await command('SET', 'baro{0}:store', 'of somebody else')
    await expect(create(url)).rejects.toMatchObject(refused(/Choose another `prefix`/))
  })

  test('a user that may not run scripts', async () => {
    const { port, command } = await start()
    await command('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '&*', '+@all', '-@scripting')
    await expect(create(`redis://reader:secret@127.0.0.1:${port}`)).rejects.toMatchObject(
      refused(/does not let this user run scripts/),
    )
  })

  test('a server of a cluster as a single one, and the other way round', async () => {
    const [single, member] = await Promise.all([start(), start('--cluster-enabled', 'yes')])
    await expect(create(member.url)).rejects.toMatchObject(refused(/in the option `cluster`/))
    await expect(createRedisBroker({ cluster: [single.url], waitMs: 2_000, log })).rejects.toMatchObject(
      refused(/in the option `url`/),
    )
  })

  test('one that is not there is unavailable, as soon as the wait is over', async () => {
    await expect(create(`redis://127.0.0.1:${await freePort()}`, 100)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/is not there: .*Start it, or give another URL/),
    })
  })

  test('an old version; Valkey is none', () => {
    const info = (version: string) => `redis_version:${version}\r\nmaxmemory_policy:noeviction\r\nrole:master\r\n`
    expect(complaintAbout('a:1', info('6.2.14'), single)?.message).toContain('Install Redis 7.0 or newer, or Valkey')
    expect(complaintAbout('a:1', `${info('7.2.4')}valkey_version:8.1.0\r\n`, single)).toBeUndefined()
  })

  test('an option that makes no sense', async () => {
    for (const options of [{ url: 'http://127.0.0.1' }, { cluster: [] }, { prefix: 'a{b}' }, { waitMs: 0 }])
      await expect(createRedisBroker(options)).rejects.toMatchObject({ code: 'bad-definition' })
  })
})

test.each([30 * 86_400_000, Number.POSITIVE_INFINITY])(
  'channels may be remembered for %d ms, as by a broker of a single node',
  async (idleTtlMs) => {
    const { url } = await start()
    const broker = await createRedisBroker({ url, idleTtlMs, log })
    await broker.close()
  },
)

test('a channel whose key is of another type fails alone, and says why', async () => {
  const { url, command } = await start()
  const broker = await create(url)
  const key = (await command('KEYS', 'baro{*}')).split('\n')
  for (const bucket of key) await command('RPUSH', `${bucket}:h:room:1`, 'not a record')
  const bounds = { size: 10, ttlMs: 60_000, bytes: 10_000 }
  const entry = { type: 'message', payload: 1, id: 'a', time: 1 }
  await expect(broker.append('room:1', [entry], bounds)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('WRONGTYPE'),
  })
  expect(await broker.append('room:2', [entry], bounds)).toMatchObject({ outcome: 'appended' })
  await broker.close()
})
