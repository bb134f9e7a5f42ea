import { type Decoder, decoders } from './decoders.ts'
import { shapes } from './shapes.ts'

/** What it took to decode one message again and again. */
export interface DecodingRun {
  readonly shape: string
  readonly decoder: Decoder
  /** Bytes of the text. */
  readonly bytes: number
  /** Microseconds of CPU for one message. */
  readonly micros: number
}

/** Decodes one text for about so many milliseconds of CPU, after as many to warm up. */
export function measureDecoding(shape: string, decoder: Decoder, cpuMs: number): DecodingRun {
  const [text, decode] = [shapes[shape] ?? '', decoders[decoder]]
  const repeat = (times: number): number => {
    const before = process.cpuUsage()
    for (let time = 0; time < times; time++) decode(text)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  let times = 1
  while (repeat(times) < cpuMs * 500) times *= 2
  return { shape, decoder, bytes: Buffer.byteLength(text), micros: repeat(times) / times }
}
