import { isSnapshot, liveValue, type Reference } from '@baro/core'

/** What was made of a reference, for as long as that is there. */
const livePages = new WeakMap<Reference, Reference>()

/**
 * What a page brought, with the bytes in its value live. Of one reference it is one object, so that all components of a
 * page and the client's store show the same bytes, and nobody draws them again when the store takes over.
 */
export function livePage<R extends Reference>(reference: R): R {
  // What is kept for a reference was made of it below.
  const page = (livePages.get(reference) as R | undefined) ?? withLiveValue(reference)
  livePages.set(reference, page)
  return page
}

function withLiveValue<R extends Reference>(reference: R): R {
  if (!isSnapshot(reference)) return reference
  const value = liveValue(reference.value)
  return value === reference.value ? reference : { ...reference, value }
}
