import { list, table } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type AccessRun, measureRule, measureToken, ruleKinds, tokenKinds } from './measure.ts'

type TokenRun = Extract<AccessRun, { token: unknown }>
type RuleRun = Extract<AccessRun, { rule: unknown }>

const tokenLabels: Readonly<Record<TokenRun['token'], string>> = {
  none: 'no token, a guest',
  HS256: 'a token of HS256 (`@baro/jwt`)',
  ES256: 'a token of ES256 (`@baro/jwt`)',
}
const ruleLabels: Readonly<Record<RuleRun['rule'], string>> = {
  public: "`access: 'public'`",
  rule: 'a rule that answers at once',
  'async rule': 'a rule that answers by a promise',
}

/** What it takes to know who somebody is, and to ask who may. */
export const accessPart: Part = createPart<AccessRun>({
  name: 'access',
  connections: 0,
  async measure({ isQuick, rounds }) {
    const clients = isQuick ? 500 : 3_000
    const plan = isQuick ? { subscriptions: 1_000, messages: 2_000 } : { subscriptions: 10_000, messages: 20_000 }
    return [
      ...(await interleave(rounds, tokenKinds, async (token) => printed(await measureToken(token, clients)))),
      ...(await interleave(rounds, ruleKinds, async (rule) => printed(await measureRule(rule, plan)))),
    ]
  },
  tell: (runs) => ({ text: text(runs), targets: [], shortcomings: [], notes: [] }) satisfies Chapter,
})

function text(runs: readonly AccessRun[]): string {
  const tokens = tokenKinds.map((token) => {
    const micros = runs.flatMap((run) => ('token' in run && run.token === token ? [run.micros] : []))
    return [tokenLabels[token], micros] as const
  })
  const rules = ruleKinds.map((rule) => {
    const own = runs.flatMap((run) => ('rule' in run && run.rule === rule ? [run] : []))
    return [ruleLabels[rule], own.map((run) => run.perSubscription), own.map((run) => run.perMessage)] as const
  })
  const times = (micros: readonly number[], base: readonly number[]) => (median(micros) / median(base)).toFixed(2)
  const [, guests = []] = tokens[0] ?? []
  const [, subscribing = [], publishing = []] = rules[0] ?? []
  return `
## Who somebody is, and who may

Microseconds of CPU, of all threads, for a hub in this process, without a network: to let a client in and answer its first subscribe, a hundred at a time; for one more of 10,000 subscriptions of as many users to one channel; and for one message to a handler that does nothing. The kinds take turns. Ratios are between medians.

${table(
  ['who comes', 'let in, µs', '× a guest', 'all runs'],
  tokens.map(([label, micros]) => [label, median(micros).toFixed(1), times(micros, guests), list(micros, 1)]),
)}

${table(
  ['the channel', 'a subscription, µs', '× public', 'all runs', 'a message, µs', '× public', 'all runs'],
  rules.map(([label, subscription, message]) => [
    label,
    median(subscription).toFixed(1),
    times(subscription, subscribing),
    list(subscription, 1),
    median(message).toFixed(1),
    times(message, publishing),
    list(message, 1),
  ]),
)}`
}
