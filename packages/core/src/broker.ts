// The door of `@baro/core/broker`: the ports and the decisions behind them, for who writes a broker, a clock or a test of one.
export * from './ports/broker.ts'
export * from './ports/claim.ts'
export * from './ports/clock.ts'
export * from './ports/randomness.ts'
export * from './ports/stream-source.ts'
export * from './recovery.ts'
export * from './system/clock.ts'
export * from './system/randomness.ts'
