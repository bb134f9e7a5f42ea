export { mount } from './mount.ts'
export type { MountOptions } from './mount-options.ts'
export { participantOf } from './participant-of.ts'
