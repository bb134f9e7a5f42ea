import { isSnapshot, type Snapshot } from '@baro/core'
import type { Entry } from '@baro/core/broker'
import { noteWith, room, roomIds } from './channels.ts'
import type { RoomReference } from './page.ts'
import { redact } from './redactions.ts'
import type { Action, PageChoice } from './schedule.ts'
import { builtSnapshot, clientName, type World } from './world.ts'

/** More turns of promises than an append and its delivery take, where nothing is late. */
const turnsOfAPublish = 60

/** Does one thing to the world. What cannot be done now (there is no link to break) is not done, and not counted. */
export async function perform(world: World, action: Action): Promise<void> {
  const { tally } = world
  switch (action.do) {
    case 'publish':
      return world.pages[action.client]?.publish(nameOf(action.room), action.bytes, action.claimedBy)
    case 'publish-many': {
      const page = world.pages[action.client]
      if (!page?.holds(nameOf(action.room))) return
      tally.count('burst of a page')
      for (let count = 0; count < action.count; count++) page.publish(nameOf(action.room), 20, 'turn')
      return
    }
    case 'say-bad':
      return world.sayBad(action.client, action.kind)
    case 'rush':
      return rush(world, action)
    case 'freeze':
      return freeze(world, action)
    case 'publish-by-application':
      return publishByApplication(world, action.node, action.room, action.again)
    case 'burst':
      if (!world.nodes.has(action.node)) return
      tally.count('burst')
      for (let count = 0; count < action.count; count++) publishByApplication(world, action.node, action.room, false)
      return
    case 'open-page':
      return openPage(world, action.client, action.page, action.isClean)
    case 'offer':
      return offer(world, action.client, nameOf(action.room), action.page)
    case 'enter':
      return enter(world, action.client, nameOf(action.room), action.page)
    case 'leave':
      if (world.pages[action.client]?.leave(nameOf(action.room))) tally.count('channel left')
      return
    case 'hide':
      if (world.pages[action.client]?.hide()) tally.count('page hidden')
      return
    case 'wake':
      if (world.pages[action.client]?.wake()) tally.count('page woken')
      return
    case 'cache-page':
      return world.cache.keep(await world.render(nameOf(action.room)))
    case 'break-link': {
      const link = world.linkOf(action.client)
      if (!link) return
      link.breakFor(action.sides)
      const [only] = action.sides
      tally.count(action.sides.length === 2 ? 'link broken for both' : `link broken for the ${only ?? 'hub'} only`)
      return
    }
    case 'silence': {
      const link = world.linkOf(action.client)
      if (!link) return
      link.silence(action.directions)
      const [only] = action.directions
      tally.count(
        action.directions.length === 2
          ? 'silence both ways'
          : only === 'to-hub'
            ? 'silence to the hub'
            : 'silence to the client',
      )
      return
    }
    case 'disturb':
      world.linkOf(action.client)?.plan(action.fault, action.direction)
      return
    case 'part':
      tally.count('partition')
      return world.network.part(clientName(action.client), action.node)
    case 'join':
      if (world.network.join(clientName(action.client), action.node)) tally.count('partition healed')
      return
    case 'stop-reading': {
      const link = world.linkOf(action.client)
      if (!link) return
      tally.count('slow reader')
      return link.stopReading()
    }
    case 'read-on': {
      const link = world.linkOf(action.client)
      if (!link || link.waitingBytes === 0) return
      tally.count('slow reader reads on')
      return link.readOn()
    }
    case 'stop-node':
      return stopNode(world, action)
    case 'restart-broker':
      return world.restartBroker(action)
    case 'lose-claims':
      tally.count('claims lost while nodes go on')
      return world.loseClaims()
    case 'move-alone':
      return world.moveAlone(nameOf(action.room))
    case 'cut-broker': {
      const link = world.nodes.get(action.node)?.broker
      if (!link || link.isCut) return
      link.cut()
      world.ledger.doubt()
      return tally.count('broker cut off')
    }
    case 'mend-broker': {
      const link = world.nodes.get(action.node)?.broker
      if (!link?.isCut) return
      link.mend()
      // No turn was claimed meanwhile, so a producer may be forgotten that has something under way.
      world.ledger.doubt()
      return tally.count('broker back')
    }
    case 'stumble-broker':
      if (!world.nodes.has(action.node)) return
      world.nodes.get(action.node)?.broker.stumble(action.calls, action.which)
      // What became of an append can be found out, as long as nothing else fails.
      if (action.which === 'all') world.ledger.doubt()
      return tally.count('broker stumbled')
    case 'keep-no-state':
      for (const { broker } of world.nodes.values()) broker.keepNoState(action.ms)
      return
    case 'delay-broker':
      world.nodes.get(action.node)?.broker.delay(action.ms)
      if (action.ms > 0) tally.count('broker late')
      return
    case 'rewind': {
      const lost = await world.broker.rewind(nameOf(action.room), action.lose, strangers(world, action.take))
      if (lost > 0) tally.count(action.take > 0 ? 'history rewritten' : 'history rolled back')
      return
    }
    case 'redact':
      return redact(world, action)
    case 'long-quiet':
      tally.count('long quiet')
      return world.pass(action.ms)
    case 'revoke':
      return revoke(world, action)
    case 'put-out':
      if (!world.ground.hasExpiry) return
      tally.count('user put out, and nobody was told')
      return world.members.putOut(action.user, [nameOf(action.room)])
    case 'let-in':
      if (!world.members.letIn(action.user)) return
      tally.count('user let in again')
      for (const page of world.pages) if (page?.user === action.user && page.tryAgain()) tally.count('page tried again')
      return
    case 'disconnect':
      if (!world.ground.hasExpiry) return
      tally.count('user disconnected')
      return world.disconnect(action.user)
    case 'issuer-away':
      if (!world.ground.hasExpiry || world.issuer.isAway) return
      tally.count('issuer away')
      world.issuer.isAway = true
      world.clock.after(action.ms, () => {
        world.issuer.isAway = false
      })
      return
    case 'change-user': {
      const page = world.pages[action.client]
      if (!world.ground.hasExpiry || !page?.user || page.user === action.user) return
      tally.count(action.isAnew ? 'user changed, and connected anew' : 'user changed on the way')
      return page.become(action.user, action.isAnew)
    }
    case 'jump-clock':
      tally.count('clock jumped')
      world.permissions.jumped()
      return world.clock.jump(action.ms)
  }
}

/** Mostly in the very moment in which something is to be handed over. */
async function revoke(
  world: World,
  { user, rooms, isRacing, unheardMs }: Extract<Action, { do: 'revoke' }>,
): Promise<void> {
  if (!world.ground.hasExpiry) return
  world.tally.count(rooms.length > 1 ? 'user revoked from everything' : 'user revoked from a channel')
  if (isRacing) {
    for (const node of world.nodes.keys()) for (const id of rooms) publishByApplication(world, node, id, false)
    for (let turns = 0; turns < turnsOfAPublish; turns++) await Promise.resolve()
  }
  const deaf =
    unheardMs > 0 && world.nodes.size > 0 ? world.randomness.pick([...world.nodes.values()]).broker : undefined
  if (deaf && !deaf.isCut) {
    world.tally.count('broker cut off')
    deaf.cut()
    world.ledger.doubt()
    world.clock.after(unheardMs, () => deaf.mend())
  }
  world.revoke(user, rooms.map(nameOf))
}

/** A page publishes many at once, and something else of it has spent most of what its link may send. */
function rush(world: World, { client, room: roomId, spent }: Extract<Action, { do: 'rush' }>): void {
  const [page, link] = [world.pages[client], world.linkOf(client)]
  if (!link || !page?.holds(nameOf(roomId))) return
  world.tally.count('rate spent before a burst')
  for (let count = 0; count < spent; count++) link.inject('{"type":"baro:heartbeat","payload":{}}')
  for (let count = 0; count < 5; count++) page.publish(nameOf(roomId), 20, 'turn')
}

/**
 * A laptop is closed, and opened again: meanwhile its link has died, or what was on its way comes in a burst. Of three, one
 * wakes without a sign of its browser, and one was told that its network is gone.
 */
function freeze(world: World, { client, isDead, ms }: Extract<Action, { do: 'freeze' }>): void {
  const [page, link] = [world.pages[client], world.linkOf(client)]
  if (!page || !link) return
  world.tally.count('link frozen')
  if (ms % 3 === 2 && page.loseNetwork()) world.tally.count('network gone, said the browser')
  if (isDead) link.silence(['to-client', 'to-hub'])
  else link.hold()
  world.clock.after(ms, () => {
    if (!isDead) link.release()
    if (world.pages[client] !== page) return
    if (ms % 3 === 1) {
      world.tally.count('machine slept without a sign')
      return page.sleep(3_600_000)
    }
    if (!page.wake()) return
    if (link.isOpen) world.tally.count(isDead ? 'page woken on a dead link' : 'page woken on a late link')
  })
}

function nameOf(id: string): string {
  return room({ id }).channel
}

/**
 * The application publishes ids that mean something to it, as an import or a ticker does: after the servers have lost
 * everything it begins again with the first. With `again` it repeats the one it published last.
 */
function publishByApplication(world: World, nodeName: string, roomId: string, again: boolean): void {
  const node = world.nodes.get(nodeName)
  const tick = again ? world.ticks.last : world.ticks.next(roomId)
  if (!node || !tick) return
  const { channel } = room({ id: tick.roomId })
  const note = noteWith(tick.text, tick.text, world.randomness.integer(0, 200))
  node.hub.publish(room({ id: tick.roomId }), 'note', note, { id: tick.id }).then(
    ({ position }) => world.check(() => world.ledger.applicationConfirmed(channel, tick.id, position)),
    // A node that cannot reach the broker says so, and the application goes on with its next tick.
    () => {},
  )
}

async function openPage(world: World, client: number, choice: PageChoice, isClean: boolean): Promise<void> {
  const { tally } = world
  const before = world.pages[client]
  if (before) {
    tally.count('page crashed')
    before.kill()
    for (const link of world.network.links)
      if (link.client === clientName(client)) {
        if (isClean) link.breakFor(['client', 'hub'])
        else link.silence(['to-client', 'to-hub'])
      }
  }
  const names = world.randomness.chance(0.3) ? roomIds : [roomIds[0]]
  const references: RoomReference[] = []
  for (const name of names) references.push(await choose(world, nameOf(name), choice))
  const isPositioned = references.some((reference) => isSnapshot(reference) && reference.position !== 'none')
  tally.count(
    !isPositioned
      ? 'page opened without a position'
      : choice === 'fresh'
        ? 'page opened from a fresh snapshot'
        : 'page opened from an old snapshot',
  )
  if (references.some((reference) => world.holdsTakenBack(reference)))
    tally.count('page opened with what was taken back')
  world.openPage(client, references)
}

async function offer(world: World, client: number, channel: string, choice: PageChoice): Promise<void> {
  const page = world.pages[client]
  if (!page?.holds(channel)) return
  const reference = await choose(world, channel, choice)
  if (world.pages[client] !== page) return
  if (typeof choice === 'number') world.tally.count('old snapshot offered')
  page.enter(reference)
}

async function enter(world: World, client: number, channel: string, choice: PageChoice): Promise<void> {
  const page = world.pages[client]
  if (!page || page.holds(channel)) return
  const reference = await choose(world, channel, choice)
  if (world.pages[client] !== page) return
  world.tally.count('channel entered again')
  page.enter(reference)
}

/** What a page is rendered with. */
async function choose(world: World, channel: string, choice: PageChoice): Promise<RoomReference> {
  if (choice === 'built') {
    const { randomness } = world
    if (randomness.chance(0.4)) return { channel }
    // Sometimes a page of a table that is not there any more: a database snapshot that no hub can continue from.
    return randomness.chance(0.5) ? builtSnapshot(channel) : queriedSnapshot(channel)
  }
  const kept = choice === 'fresh' ? undefined : world.cache.find(channel, choice)
  return kept ?? (await world.render(channel))
}

function queriedSnapshot(channel: string): RoomReference {
  return { ...builtSnapshot(channel), position: '1q.database.7.2.1' } satisfies Snapshot
}

function stopNode(world: World, { node, how, downMs }: Extract<Action, { do: 'stop-node' }>): void {
  const running = world.nodes.get(node)
  if (!running) return
  if (how === 'drain') {
    world.tally.count('node drained')
    void running.hub.drain({ spreadMs: 500, timeoutMs: downMs })
  } else {
    world.tally.count(how === 'crash' ? 'node crashed' : 'node lost power')
    world.killNode(node, { quietly: how === 'power' })
  }
  world.clock.after(downMs, () => {
    if (how === 'drain' && world.nodes.get(node) === running) world.killNode(node, { quietly: false })
    if (world.nodes.has(node)) return
    world.tally.count('node started')
    world.startNode(node)
  })
}

/** Publications that somebody else wrote into the store. */
function strangers(world: World, count: number): readonly Entry[] {
  return Array.from({ length: count }, () => {
    const id = `stranger-${world.randomness.integer(0, 2 ** 40).toString(36)}`
    return { type: 'note', payload: { ...noteWith(id, id, 0) }, id, time: world.clock.now() }
  })
}
