export * from './fake-clock.ts'
export * from './seeded-randomness.ts'
