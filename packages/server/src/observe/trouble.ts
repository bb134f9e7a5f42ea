import type { HubEvent } from './hub-events.ts'

/**
 * What went wrong, as the code by which it is looked up; `undefined` for an event that is as it should be. A first visit is
 * reset, and a drain has an event of its own.
 */
export function troubleOf(event: HubEvent): string | number | undefined {
  switch (event.name) {
    case 'reset':
      return event.reason === 'none' || event.reason === 'queried' ? undefined : event.reason
    case 'disconnected':
      return event.code === 1_006 || event.code > 4_000 ? event.code : undefined
    case 'refused':
      return event.code
    case 'failed':
      return 'handler-failed'
    case 'cut':
    case 'signal-dropped':
      return 'slow'
    case 'slowed':
      return 'rate-limited'
    case 'begun-anew':
      return 'epoch'
    case 'skipped':
      return 'reducer-failed'
    case 'gap':
      return 'gap'
    case 'draining':
      return 'drain'
    default:
      return undefined
  }
}
