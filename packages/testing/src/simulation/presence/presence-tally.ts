import { Counts } from '../tally.ts'

/** What the surroundings do to those who are here. */
const faultNames = [
  'page opened',
  'page closed',
  'page reloaded',
  'page reloaded on another node',
  'page died without a word',
  'page died, and its link broke',
  'second tab of a user',
  'state told',
  'left without going',
  'came again without coming',
  'link broken for both',
  'link broken for the client only',
  'link broken for the hub only',
  'silence',
  'message fault planned',
  'partition',
  'partition healed',
  'slow reader',
  'slow reader reads on',
  'user changed',
  'tokens expire',
  'issuer away',
  'node crashed',
  'node lost power',
  'node drained',
  'node started',
  'broker cut off',
  'broker back',
  'broker late',
  'broker stumbled',
  'answer of the broker lost',
  'store restarted with its disk',
  'nodes restarted with their disk',
  'store lost with all it kept',
  'clock jumped',
  'long quiet',
  'page over requests: poll',
  'page over requests: long-poll',
] as const

/** What became of it. */
const pathNames = [
  'joined',
  'changed',
  'left',
  'room became large',
  'room listed its members again',
  'node found dead',
  'lease found run out by its node',
  'step made again for its lost answer',
  'list compared with the set',
  'list reset',
  'list recovered',
  'joined was told',
  'left was told',
  'left was told by another node',
  'here through a reload',
  'here through the crash of a node',
  'knew which member it is',
  'converged',
] as const

/** What may happen, and need not. */
const rareNames = ['hook lost with its node', 'hook lost with its answer'] as const

/** A fault or a path of the simulation of who is here. */
export type PresenceTallyName = (typeof faultNames)[number] | (typeof pathNames)[number] | (typeof rareNames)[number]

/** How often each of them happened. */
export class PresenceTally extends Counts<PresenceTallyName> {
  constructor() {
    super([...faultNames, ...pathNames], rareNames)
  }
}
