export { GET, POST } from '../../../../instrumented-app/app/gates/[name]/route.ts'
