// The door of `@baro/testing/redis`: a Redis of its own for each test that needs one, and a way to it that can be cut.
export { type Cuttable, createCuttable } from './redis/cuttable.ts'
export { freePort } from './redis/free-port.ts'
export { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from './redis/redis-server.ts'
