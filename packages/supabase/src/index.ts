export { mount } from './mount.ts'
export type { MountOptions } from './mount-options.ts'
