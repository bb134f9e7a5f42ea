export { BaroProvider, type BaroProviderProps } from './baro-provider.tsx'
export { type LiveChannel, useChannel } from './use-channel.ts'
export { type ConnectionState, useConnection } from './use-connection.ts'
