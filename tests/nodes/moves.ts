/** `npm run nodes:moves -- CLIENTS CHANNELS`: the long form of `moving-clients.test.ts`. */
import { moveClients } from './moving-clients.ts'

const [clients = '5000', channels = '50'] = process.argv.slice(2)
console.log(JSON.stringify(await moveClients(Number(clients), Number(channels)), undefined, 2))
process.exit(0)
