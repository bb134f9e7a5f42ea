export { POST } from '../../../../../instrumented-app/app/race/news/[name]/route.ts'
