import { withPair } from './processes.ts'

const [rounds = '3', subs = '10000', ...servers] = process.argv.slice(2)
for (let r = 0; r < Number(rounds); r++)
  for (const server of servers) {
    const us = await withPair(server, async (pair) => {
      const { port = 0, creditPort = 0 } = pair.server.ready
      await pair.server.tell({ do: 'weigh' })
      await pair.server.tell({ do: 'start' })
      await pair.load.tell({ do: 'connect', server, port, creditPort, subscribers: Number(subs), note: false })
      const c = await pair.server.tell({ do: 'stop' })
      return (c.cpuMicros ?? 0) / Number(subs)
    })
    console.log(server, us.toFixed(1))
  }
