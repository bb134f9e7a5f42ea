export type { JwtAlgorithm } from './algorithm.ts'
export { type JwtOptions, jwt } from './jwt.ts'
