import type { KeptPage, KeptPolicy } from '@baro/core/broker'
import { orThrow, parseJson } from '@baro/core/protocol'

/** What decides about a page, beside when its render began, as text. */
export function aboutText({ about, reads, tags, mark, policy }: KeptPage): string {
  return JSON.stringify({ about, reads, tags, mark, policy: Object.entries(policy).map(writtenSpan) })
}

/** The page of such a text. */
export function pageOf(renderedAt: string, text: string, parts: KeptPage['parts']): KeptPage {
  const { about, reads, tags, mark, policy } = orThrow(parseJson(text)) as unknown as Omit<KeptPage, 'policy'> & {
    readonly policy: readonly (readonly [string, number | null])[]
  }
  const spans = Object.fromEntries(policy.map(([name, span]) => [name, span ?? Number.POSITIVE_INFINITY]))
  return { about, parts, reads, tags, mark, renderedAt: Number(renderedAt), policy: spans as unknown as KeptPolicy }
}

/** JSON has no infinity. */
function writtenSpan([name, span]: [string, number]): readonly [string, number | null] {
  return [name, span === Number.POSITIVE_INFINITY ? null : span]
}
