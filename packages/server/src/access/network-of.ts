/** Stands for whoever has the address. Of IPv6, that is the first 64 bits: one customer has as many addresses as wanted. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  // An IPv4 address, or a name of something that is no network, such as a client of a test.
  if (!address.includes(':') || address.includes('/')) return address
  const [front = '', back] = address.replace(/%.*$/, '').toLowerCase().split('::', 2)
  const first = front === '' ? [] : front.split(':')
  const last = back === undefined || back === '' ? [] : back.split(':')
  // The last piece of a mixed spelling (`::1.2.3.4`) stands for two.
  const written = first.length + last.length + (address.includes('.') ? 1 : 0)
  const left = back === undefined ? [] : new Array<string>(Math.max(0, 8 - written)).fill('0')
  const pieces = [...first, ...left, ...last].slice(0, 4).map((piece) => piece.replace(/^0+(?=.)/, ''))
  return `${pieces.join(':')}::/64`
}
