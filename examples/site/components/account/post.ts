/** Posts to a route of this site, which then answers a script; returns whether it was taken. */
export async function post(action: string, body?: URLSearchParams): Promise<boolean> {
  const answer = await fetch(action, {
    method: 'POST',
    headers: { accept: 'application/json' },
    ...(body && { body }),
  }).catch(() => undefined)
  return answer?.ok ?? false
}
