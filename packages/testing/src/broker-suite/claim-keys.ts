import type { Broker, Claimed, ClaimKey, ClaimTerms, Turn } from '@baro/core/broker'

/** Long enough for any test in which no time passes. */
export const terms: ClaimTerms = { windowMs: 10_000, share: { of: 'user', user: 'user-1' } }

/** The claim of a publish by its id. */
export function byId(id: string, scope = 'user-1'): ClaimKey {
  return { scope, id }
}

/** The claim of a publish by the turn of a producer. */
export function byTurn(number: number, turn: Partial<Turn> = {}, scope = 'user-1'): ClaimKey {
  return { scope, turn: { producer: 'tab-1', confirmed: 0, ...turn, number } }
}

/** What a claim comes to, without the life it is in. */
export async function claimed(broker: Broker, key: ClaimKey, channel = 'room:1'): Promise<Claimed['outcome']> {
  return (await broker.claim(channel, key, terms)).outcome
}
