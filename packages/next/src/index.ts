export { type AttachOptions, attach } from './attach.ts'
export { attachedHub } from './attached-hub.ts'
export { pageParams } from './page-params.ts'
export { snapshot } from './snapshot.ts'
