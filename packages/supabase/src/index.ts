export { mount } from './mount.ts'
export type { SupabaseOptions } from './mount-options.ts'
