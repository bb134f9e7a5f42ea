export { BaroProvider, type BaroProviderProps } from './baro-provider.tsx'
export type { ChannelActions, ReferenceOf } from './channel-handle.ts'
export { type LiveChannel, useChannel } from './use-channel.ts'
export { type LiveConnection, useConnection } from './use-connection.ts'
