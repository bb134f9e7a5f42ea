import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { type Decoder, decoders } from './decoders.ts'
import { type DecodingRun, measureDecoding } from './measure.ts'
import { shapes } from './shapes.ts'

/** What it costs to read what a client sent, beside a bare `JSON.parse`. */
export const decodingPart: Part = createPart<DecodingRun>({
  name: 'decoding',
  connections: 0,
  measure({ isQuick, rounds }) {
    const subjects = Object.keys(shapes).flatMap((shape) =>
      (Object.keys(decoders) as Decoder[]).map((decoder) => ({ shape, decoder })),
    )
    return interleave(rounds, subjects, async ({ shape, decoder }) =>
      printed(measureDecoding(shape, decoder, isQuick ? 50 : 150)),
    )
  },
  tell: (runs) => ({ text: text(runs), targets: [], shortcomings: shortcomings(runs), notes: [] }) satisfies Chapter,
})

function text(runs: readonly DecodingRun[]): string {
  const rows = unique(runs.map(({ shape }) => shape)).map((shape) => {
    const same = runs.filter((run) => run.shape === shape)
    const micros = (decoder: Decoder) => microsOf(runs, shape, decoder)
    const bare = median(micros('JSON.parse'))
    const ratio = (decoder: Decoder) => (median(micros(decoder)) / bare).toFixed(2)
    return [
      shape,
      count(same[0]?.bytes ?? 0),
      figure(bare),
      ratio('with a reviver'),
      `**${ratio('baro')}**`,
      figure(median(micros('baro'))),
      list(micros('JSON.parse'), 2),
      list(micros('with a reviver'), 2),
      list(micros('baro'), 2),
    ]
  })
  const head = [
    'message',
    'bytes',
    '`JSON.parse`, µs',
    'with a reviver: times that',
    '**Baro**: times that',
    'Baro, µs',
    'all runs: `JSON.parse`',
    'with a reviver',
    'Baro',
  ]
  return `
## Decoding

What clients send is read as JSON in which the key \`__proto__\` is refused, bytes are put in place and nesting is bounded. *With a reviver* is how that was done at first: \`JSON.parse\` asks a function about each value, wherever an escape or one of the keys may need it. Baro parses without one, and looks through the value only if its text says that it must. The figures are CPU time for one message, in the process of the bench itself.

${table(head, rows)}`
}

/** Messages that a reviver would read faster: to look at the text first costs something too. */
function shortcomings(runs: readonly DecodingRun[]): readonly string[] {
  const slower = unique(runs.map(({ shape }) => shape)).flatMap((shape) => {
    const ratio = median(microsOf(runs, shape, 'baro')) / median(microsOf(runs, shape, 'with a reviver'))
    return ratio > 1.05 ? [`${shape} (${ratio.toFixed(2)})`] : []
  })
  if (slower.length === 0) return []
  return [`Some messages take longer to decode than with a reviver, in times of that: ${slower.join(', ')}.`]
}

function microsOf(runs: readonly DecodingRun[], shape: string, decoder: Decoder): readonly number[] {
  return runs.filter((run) => run.shape === shape && run.decoder === decoder).map(({ micros }) => micros)
}

function figure(micros: number): string {
  return micros < 10 ? micros.toFixed(2) : micros.toFixed(0)
}
