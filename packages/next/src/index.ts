export { type AttachOptions, attach } from './attach.ts'
export { attachedHub } from './attached-hub.ts'
export { snapshot } from './snapshot.ts'
