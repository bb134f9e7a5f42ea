import { mutants, runSeed, SimulationFailure, Tally } from '@baro/testing'
const names = process.argv.slice(2).length ? process.argv.slice(2) : Object.keys(mutants)
for (const name of names) {
  const began = process.cpuUsage().user
  let found = 'NOT FOUND'
  for (let seed = 1; seed <= 400; seed++) {
    try { await runSeed(seed, new Tally(), { mutations: (mutants as any)[name] }) } catch (error) {
      found = error instanceof SimulationFailure ? error.message.slice(0, 220) : String(error); break
    }
  }
  console.log(name, '|', found, Math.round((process.cpuUsage().user - began) / 1e5) / 10, 's')
}
