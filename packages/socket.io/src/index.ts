export { mount } from './mount.ts'
export type { SocketIoOptions } from './mount-options.ts'
export { participantOf } from './participant-of.ts'
