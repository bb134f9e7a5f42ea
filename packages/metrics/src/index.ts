export { type Metrics, type MetricsOptions, mount } from './mount.ts'
