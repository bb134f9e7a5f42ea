// The door of `@baro/disk/folder-lock`: for who keeps something else in a folder that one process may use at a time.
export { lock as lockFolder, type Unlock } from './lock.ts'
