/** Nodes and clients with one guard of who may read (I8) taken out each. */
import type { Transport } from '@baro/client'
import type { Clock } from '@baro/core/broker'
import { Gate, Permits } from '@baro/server/parts'
import type { Mutations } from './world.ts'

/** A guard of who may read. */
export type AccessMutantName =
  | 'rule before the first word'
  | 'end of a token'
  | 'revocation'
  | 'revocation before what waits leaves'
  | 'disconnect'
  | 'auth that looked before a disconnect'
  | 'rules asked again under a new token'
  | 'nothing sent as another user'

/** The code under test with one of them taken out each. */
export const accessMutants: Readonly<Record<AccessMutantName, Mutations>> = {
  'rule before the first word': withGate(OpenGate()),
  'end of a token': withPermits(EndlessPermits()),
  revocation: withPermits(UnrevokedPermits()),
  'revocation before what waits leaves': withPermits(LatePermits()),
  disconnect: withPermits(ConnectedPermits()),
  'auth that looked before a disconnect': withPermits(TrustingPermits()),
  'rules asked again under a new token': withGate(RememberingGate()),
  'nothing sent as another user': { transport: withoutUsers },
}

function withPermits(Mutant: new (clock: Clock) => Permits): Mutations {
  return { guards: { createPermits: (clock) => new Mutant(clock) } }
}

function withGate(Mutant: new (...parts: ConstructorParameters<typeof Gate>) => Gate): Mutations {
  return { guards: { createGate: (parts) => new Mutant(parts) } }
}

/** No rule is asked of whoever begins to read. */
function OpenGate() {
  return class extends Gate {
    override isPublic(): boolean {
      return true
    }
  }
}

/** What a rule has allowed a session once, it allows for ever. */
function RememberingGate() {
  return class extends Gate {
    readonly #allowed = new Set<string>()

    override assertAllowed(...asked: Parameters<Gate['assertAllowed']>): ReturnType<Gate['assertAllowed']> {
      const [{ channel }, { session }, action] = asked
      const name = `${session} ${channel} ${action}`
      if (action !== 'read' || !this.#allowed.has(name)) {
        this.#allowed.add(name)
        return super.assertAllowed(...asked)
      }
    }
  }
}

/** Nothing ends when its token does. */
function EndlessPermits() {
  return class extends Permits {
    override open(...[user, holder]: Parameters<Permits['open']>): ReturnType<Permits['open']> {
      return super.open(user && { id: user.id }, holder)
    }
  }
}

function UnrevokedPermits() {
  return class extends Permits {
    override revoke(): void {}
  }
}

/** A revocation comes after what is to be handed over in this moment. */
function LatePermits() {
  return class extends Permits {
    override revoke(user: string, channel: string | undefined): void {
      this.clock.after(0, () => super.revoke(user, channel))
    }
  }
}

function ConnectedPermits() {
  return class extends Permits {
    override disconnect(): void {}
  }
}

function TrustingPermits() {
  return class extends Permits {
    override assertNotDisconnected(): void {}
  }
}

/** A client that does not know as whom it was let in. */
function withoutUsers(transport: Transport): Transport {
  return {
    rung: transport.rung,
    open: (url, events) =>
      transport.open(url, {
        ...events,
        received(message) {
          if (message.type !== 'baro:connected') return events.received(message)
          const { user: _, ...payload } = message.payload
          events.received({ ...message, payload })
        },
      }),
  }
}
