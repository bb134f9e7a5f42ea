import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Hub } from '@baro/server'
import { pageOfWay, wayNames, ways } from '../compare/ways.ts'

/** Answers with the pages that /compare measures; returns whether it did. */
export function createComparison(hub: Hub): (request: IncomingMessage, response: ServerResponse) => boolean {
  const pages = new Map<string, RequestListener>(wayNames.map((name) => [pageOfWay(name), ways[name].serve(hub)]))
  return (request, response) => {
    const page = pages.get(request.url ?? '')
    page?.(request, response)
    return page !== undefined
  }
}
