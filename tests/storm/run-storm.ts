/** People say something through a storm. Afterwards everything is looked at: who was told what, and what is there. */
import { setTimeout as wait } from 'node:timers/promises'
import { createSeededRandomness } from '@baro/testing'
import type { Ground } from './ground.ts'
import { createNetwork, type Door } from './network.ts'
import { isSettled, type Person, unnumbered } from './person.ts'
import { rungs, watcher } from './sdk-person.ts'
import { showsAll, verdict } from './verdict.ts'
import { type NetworkFault, type Timed, weatherOf } from './weather.ts'

/** What a storm is like. */
export interface StormOptions {
  readonly over: Ground
  readonly seed: string
  /** How long it lasts; the calm after it is added. */
  readonly ms: number
  /** Whether some vanish in the end, so that it is seen when they are no members any more. It takes a minute. */
  readonly vanish: boolean
  readonly report?: (sentence: string) => void
}

/** What came of it. */
export interface Storm {
  /** What was wrong. */
  readonly wrong: readonly string[]
  readonly faults: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly kept: number
  /** How long it took until everybody showed the same, after the storm. */
  readonly calmMs: number
  /** How long it took until those who vanished were no members any more. */
  readonly goneMs: number | undefined
}

const speakEveryMs = 120
const calmWithinMs = 90_000
/** Who was cut off is a member again with its next link. */
const backWithinMs = 15_000
/** A long poll is held for 25 s, and its member stays for twice that, and the grace. */
const goneWithinMs = 60_000
const lookMs = 50

/** Runs a storm, and ends the ground that it was over. */
export async function runStorm({ over: ground, seed, ms, vanish, report = () => {} }: StormOptions): Promise<Storm> {
  const network = createNetwork(() => ground.port)
  // A way of its own, which no weather touches.
  const quiet = createNetwork(() => ground.port)
  const calmUrl = (await quiet.door()).url
  const issuer = { isAway: false }
  const people: Person[] = []
  const doors = new Map<Person, Door>()
  const calm = watcher(calmUrl)
  const faults: Record<string, number> = {}
  const wrong: string[] = []
  try {
    for (const [index, role] of ground.cast.entries()) {
      const door = await network.door()
      const letter = role.isUnnumbered ? unnumbered : 'p'
      const person = role.play(`${letter}${String(index + 1).padStart(2, '0')}`, door.url, issuer)
      people.push(person)
      doors.set(person, door)
    }
    await until(() => calm.isLive() && membersOf(people).every(({ name }) => calm.here().has(name)), calmWithinMs)
    report(`${people.length} are here`)

    const beganMs = performance.now()
    const elapsedMs = () => performance.now() - beganMs
    const talking = talk(people, seed, () => elapsedMs() < ms)
    const after: Promise<unknown>[] = []
    const later = (delayMs: number, then: () => void) => void after.push(wait(delayMs).then(then))
    const count = (fault: string) => {
      faults[fault] = (faults[fault] ?? 0) + 1
    }
    const begin = (fault: NetworkFault): unknown => {
      switch (fault.do) {
        case 'cut':
          return network.cut(fault.which)
        case 'cut all':
          return network.cutAll()
        case 'truncate':
          return network.truncate(fault.which, fault.bytes)
        case 'stall':
        case 'stall all':
          if (fault.do === 'stall') network.stall(fault.which)
          else network.stallAll()
          return later(fault.ms, network.flow)
        case 'refuse':
          network.isRefusing = true
          return later(fault.ms, () => {
            network.isRefusing = false
          })
        case 'issuer away':
          issuer.isAway = true
          return later(fault.ms, () => {
            issuer.isAway = false
          })
      }
    }
    const blow = async <Fault extends { readonly do: string }>(
      line: readonly Timed<Fault>[],
      befall: (fault: Fault) => unknown,
    ) => {
      for (const fault of line) {
        // What befell before has taken until after the end. A machine that wakes late is no reason to leave one out.
        if (elapsedMs() > ms) return
        await wait(Math.max(0, fault.atMs - elapsedMs()))
        count(fault.do)
        await befall(fault)
      }
    }
    const { ofNetwork, ofServers } = weatherOf(seed, ms, ground.dangers)
    const stirring = ground.stir?.((await network.door()).url, () => elapsedMs() < ms)
    await Promise.all([
      talking,
      stirring,
      blow(ofNetwork, (fault) => void begin(fault)),
      blow(ofServers, (fault) => ground.befall(fault.do, fault.which, fault.ms)),
    ])
    await Promise.all(after)
    report(`the storm is over after ${Math.round(elapsedMs() / 1_000)} s: ${JSON.stringify(faults)}`)

    const calmMs = await settle(people, calm)
    // Those without a state have heard what came while they were there: one thing more, which nobody may miss.
    await until(() => people.every(({ isLive }) => isLive), calmWithinMs)
    const last = people[0] as Person
    last.speak()
    await until(() => isSettled(last), calmWithinMs)
    await until(() => people.every((person) => showsAll(person, calm.state())), calmWithinMs)
    const truth = calm.state()
    await until(() => membersOf(people).every(({ name }) => calm.here().has(name)), backWithinMs)
    const members = calm.here()
    for (const person of membersOf(people))
      if (!members.has(person.name)) wrong.push(`${person.name} (${person.rung}) is not a member`)
    wrong.push(...((await ground.stirred?.()) ?? []))
    const goneMs = vanish ? await seeThemGo(people, doors, calm, wrong) : undefined

    const shown = people.map((person) => ({
      ...person,
      shown: person.shown,
      status: person.status,
      isLive: person.isLive,
    }))
    for (const person of people) person.leave()
    calm.close()
    const kept = await ground.readRoom()
    wrong.push(...verdict(kept, truth, shown))
    return { wrong, faults, outcomes: outcomesOf(people), kept: kept.length, calmMs, goneMs }
  } finally {
    for (const person of people) person.leave()
    calm.close()
    network.close()
    quiet.close()
    await ground.end()
  }
}

/** Socket.IO cannot renew a token on a living link: each end of one ends the link, and its member may be away for a moment. */
const isSdk = ({ rung }: Person) => (rungs as readonly string[]).includes(rung)

const membersOf = (people: readonly Person[]) => people.filter(({ isMember }) => isMember)

async function talk(people: readonly Person[], seed: string, goesOn: () => boolean): Promise<void> {
  const random = createSeededRandomness(seed).fork('talk')
  await Promise.all(
    people.map(async (person) => {
      const own = random.fork(person.name)
      while (goesOn()) {
        // Now and then several at once.
        for (let count = own.chance(0.1) ? own.integer(2, 8) : 1; count > 0; count--) person.speak()
        await wait(own.integer(1, 2 * speakEveryMs))
      }
    }),
  )
}

type Watcher = ReturnType<typeof watcher>

/** Lets everybody come to rest. Resolves with how long it took, or with how long was waited: the verdict says what is wrong. */
async function settle(people: readonly Person[], calm: Watcher): Promise<number> {
  return until(() => {
    if (!calm.isLive() || !people.every(isSettled)) return false
    const truth = calm.state()
    return people.every((person) => !('count' in person.shown) || showsAll(person, truth))
  }, calmWithinMs)
}

/** Some vanish without a word, one of each rung. They are no members any more within the bound, and the others stay. */
async function seeThemGo(
  people: readonly Person[],
  doors: ReadonlyMap<Person, Door>,
  calm: Watcher,
  wrong: string[],
): Promise<number> {
  const going = rungs.flatMap((rung) => people.filter((person) => person.rung === rung).slice(0, 1))
  const staying = people.filter((person) => isSdk(person) && !going.includes(person))
  for (const person of going) doors.get(person)?.swallow()
  const leftEarly = new Set<string>()
  const goneMs = await until(() => {
    const here = calm.here()
    for (const { name, rung } of staying) if (!here.has(name)) leftEarly.add(`${name} (${rung})`)
    return going.every(({ name }) => !here.has(name))
  }, goneWithinMs)
  const here = calm.here()
  for (const { name, rung } of going)
    if (here.has(name)) wrong.push(`${name} (${rung}) has vanished, and is a member ${goneWithinMs / 1_000} s later`)
  for (const one of leftEarly) wrong.push(`${one} was there all the time, and no member for a moment`)
  return goneMs
}

function outcomesOf(people: readonly Person[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { spoken } of people) for (const { outcome } of spoken) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

/** Resolves once it is so, or after so long at most, with how long it took. */
async function until(isSo: () => boolean, withinMs: number): Promise<number> {
  const beganMs = performance.now()
  while (!isSo() && performance.now() - beganMs < withinMs) await wait(lookMs)
  return Math.round(performance.now() - beganMs)
}
