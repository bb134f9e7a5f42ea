export type { RedisBrokerOptions } from './options.ts'
export { createRedisPageStore, type RedisPageStoreOptions } from './pages/redis-page-store.ts'
export { createRedisBroker, type RedisBroker } from './redis-broker.ts'
