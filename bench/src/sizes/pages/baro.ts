export { createClient } from '@baro/client'
