/** Where a channel ends now. */
export async function positionOf(port: number, channel: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/baro/channels/${channel}?after=none`)
  await answer.arrayBuffer()
  return answer.headers.get('baro-position') ?? 'none'
}
