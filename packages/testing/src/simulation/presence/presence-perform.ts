import type { PresenceAction } from './presence-schedule.ts'
import { clientName, type PresenceWorld } from './presence-world.ts'

/** After it whoever could come back has done so, and whoever left was told. */
const settledMs = 3_000
/** How long the lease of a node lasts that died, and somebody takes to look. */
const leaseMs = 20_000
/** How long calls fail at most that a stumble was for, or whose answers are lost: a look for the dead comes every 5 s. */
const stumblesMs = 25_000

/** Does one thing to the world. What cannot be done now is not done, and not counted. */
export async function performPresence(world: PresenceWorld, action: PresenceAction): Promise<void> {
  const { tally, clock } = world
  switch (action.do) {
    case 'open':
      return open(world, action.client)
    case 'close': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isAlive) return
      tally.count('page closed')
      world.went(visitor.name, true)
      return visitor.close()
    }
    case 'reload':
      return reload(world, action)
    case 'die': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isAlive) return
      tally.count(action.isQuiet ? 'page died without a word' : 'page died, and its link broke')
      const link = world.linkOf(action.client)
      world.went(visitor.name, false)
      visitor.die()
      if (action.isQuiet) link?.silence(['to-client', 'to-hub'])
      else link?.breakFor(['hub'])
      return
    }
    case 'tell': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isHere) return
      tally.count('state told')
      return visitor.tell()
    }
    case 'go': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isHere) return
      tally.count('left without going')
      visitor.go()
      return world.went(visitor.name, false)
    }
    case 'come': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isAlive || visitor.isHere) return
      tally.count('came again without coming')
      visitor.come()
      return world.came(visitor)
    }
    case 'break-link': {
      const link = world.linkOf(action.client)
      if (!link) return
      link.breakFor(action.sides)
      const [only] = action.sides
      tally.count(action.sides.length === 2 ? 'link broken for both' : `link broken for the ${only ?? 'hub'} only`)
      return world.trouble(world.visitors[action.client])
    }
    case 'silence': {
      const link = world.linkOf(action.client)
      if (!link) return
      link.silence(action.directions)
      tally.count('silence')
      return world.trouble(world.visitors[action.client])
    }
    case 'disturb': {
      const link = world.linkOf(action.client)
      if (!link) return
      link.plan(action.fault, 'to-client')
      tally.count('message fault planned')
      return world.trouble(world.visitors[action.client])
    }
    case 'part':
      tally.count('partition')
      world.parted.add(clientName(action.client))
      world.trouble(world.visitors[action.client])
      return world.network.part(clientName(action.client), action.node)
    case 'join':
      if (!world.network.join(clientName(action.client), action.node)) return
      tally.count('partition healed')
      world.trouble(world.visitors[action.client])
      world.parted.delete(clientName(action.client))
      return
    case 'stop-reading': {
      const link = world.linkOf(action.client)
      if (!link) return
      tally.count('slow reader')
      world.trouble(world.visitors[action.client])
      return link.stopReading()
    }
    case 'read-on': {
      const link = world.linkOf(action.client)
      if (!link || link.waitingBytes === 0) return
      tally.count('slow reader reads on')
      world.trouble(world.visitors[action.client])
      return link.readOn()
    }
    case 'change-user': {
      const visitor = world.visitors[action.client]
      if (!visitor?.isAlive || visitor.user === action.user) return
      tally.count('user changed')
      world.went(visitor.name, false)
      visitor.become(action.user)
      if (visitor.isHere) world.came(visitor)
      return world.trouble(visitor)
    }
    case 'issuer-away':
      if (!world.schedule.hasExpiry || world.isIssuerAway) return
      tally.count('issuer away')
      world.isIssuerAway = true
      clock.after(action.ms, () => {
        world.isIssuerAway = false
        world.troubleAll()
      })
      return
    case 'stop-node':
      return stopNode(world, action)
    case 'cut-broker': {
      const link = world.nodes.get(action.node)?.broker
      if (!link || link.isCut) return
      tally.count('broker cut off')
      link.cut()
      world.troubleNodes(action.ms + leaseMs)
      world.troubleAll()
      clock.after(action.ms, () => {
        if (!link.isCut) return
        link.mend()
        tally.count('broker back')
        world.troubleAll()
      })
      return
    }
    case 'delay-broker':
      world.nodes.get(action.node)?.broker.delay(action.ms)
      if (action.ms > 0) tally.count('broker late')
      return
    case 'stumble-broker':
      if (!world.nodes.has(action.node)) return
      tally.count('broker stumbled')
      world.troubleNodes(stumblesMs)
      world.nodes.get(action.node)?.broker.stumble(action.calls, 'all')
      return
    case 'lose-answers':
      world.troubleNodes(stumblesMs)
      world.answersToLose = action.calls
      return
    case 'restart-store':
      return restartStore(world, action)
    case 'jump-clock':
      tally.count('clock jumped')
      if (world.schedule.hasExpiry) world.troubleAll()
      return clock.jump(action.ms)
    case 'long-quiet':
      tally.count('long quiet')
      return world.pass(action.ms)
  }
}

function open(world: PresenceWorld, client: number): void {
  const before = world.visitors[client]
  if (before?.isAlive) return
  world.tally.count('page opened')
  const visitor = world.open(client)
  if (world.visitors.some((other) => other !== visitor && other?.isHere && other.name === visitor.name))
    world.tally.count('second tab of a user')
}

function reload(
  world: PresenceWorld,
  { client, awayMs, isElsewhere }: Extract<PresenceAction, { do: 'reload' }>,
): void {
  const { tally, clock } = world
  const before = world.visitors[client]
  const node = world.linkOf(client)?.node
  if (!before?.isAlive) return
  const wasHere = before.isHere
  tally.count('page reloaded')
  if (isElsewhere && node !== undefined && world.nodes.size > 1) {
    tally.count('page reloaded on another node')
    world.avoid(node, awayMs + settledMs)
  }
  const { timesLeft } = world.person(before.name)
  if (wasHere) world.went(before.name, true)
  before.close()
  clock.after(awayMs, () => {
    if (world.visitors[client] !== before) return
    const visitor = world.open(client)
    clock.after(settledMs, () => {
      if (
        wasHere &&
        visitor.isHere &&
        world.person(visitor.name).timesLeft === timesLeft &&
        visitor.name === before.name
      )
        tally.count('here through a reload')
    })
  })
}

function stopNode(world: PresenceWorld, { node, how, downMs }: Extract<PresenceAction, { do: 'stop-node' }>): void {
  const { tally, clock } = world
  const running = world.nodes.get(node)
  if (!running) return
  if (how === 'drain') {
    tally.count('node drained')
    void running.hub.drain({ spreadMs: 500, timeoutMs: downMs })
  } else {
    tally.count(how === 'crash' ? 'node crashed' : 'node lost power')
    const there = world.visitors.filter((_, client) => world.linkOf(client)?.node === node)
    const before = there.map((visitor) => visitor && world.person(visitor.name).timesLeft)
    world.killNode(node, { quietly: how === 'power' })
    if (how === 'power') for (const visitor of there) world.trouble(visitor)
    else
      clock.after(leaseMs, () => {
        for (const [index, visitor] of there.entries())
          if (visitor?.isHere && world.person(visitor.name).timesLeft === before[index])
            tally.count('here through the crash of a node')
      })
  }
  if (world.nodes.size === 0 || [...world.nodes.values()].every(({ broker }) => broker.isCut)) {
    world.troubleNodes(downMs + leaseMs)
    world.troubleAll()
  }
  clock.after(downMs, () => {
    if (how === 'drain' && world.nodes.get(node) === running) world.killNode(node, { quietly: false })
    world.startNode(node)
  })
}

function restartStore(world: PresenceWorld, { how, downMs }: Extract<PresenceAction, { do: 'restart-store' }>): void {
  const { tally, clock } = world
  world.troubleNodes(downMs + leaseMs)
  world.troubleAll()
  if (how === 'disk') {
    tally.count('store restarted with its disk')
    const cut = [...world.nodes.values()].filter(({ broker }) => !broker.isCut)
    for (const { broker } of cut) broker.cut()
    clock.after(downMs, () => {
      for (const { broker } of cut) broker.mend()
    })
    return
  }
  const names = [...world.nodes.keys()]
  for (const name of names) world.killNode(name, { quietly: false })
  tally.count(how === 'nodes' ? 'nodes restarted with their disk' : 'store lost with all it kept')
  if (how === 'lost') world.loseStore()
  for (const name of names) world.startNode(name)
}
