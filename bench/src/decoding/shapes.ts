/** What clients send, as the text of one message each: ordinary ones, and those that made decoding expensive. */
export const shapes: Readonly<Record<string, string>> = {
  'flat object': publish({ text: 'Hello', count: 42, done: false }),
  'line of Hangul': publish({ text: '바로 다음 말이 이어집니다. '.repeat(4) }),
  'nested 40 levels': publish(nested(40)),
  'quotes and line ends in a text': publish({ text: 'He said "no".\n\tAnd left.\n'.repeat(20) }),
  'text of 16 kB': publish({ text: 'x'.repeat(16_000) }),
  '1,000 numbers': publish(list(1_000, (index) => index * 1.25)),
  '200 small objects': publish(list(200, (id) => ({ id, name: `item ${id}`, tags: ['a', 'b'] }))),
  'bytes, 24 kB as base64': publish({ image: { 'baro:bytes': 'QUJD'.repeat(8_000) } }),
  'word __proto__ in a text': publish({ text: 'What does __proto__ do?' }),
  'list of 64 kB with one escape': publish(list(32_000, () => 1)).replace('[1,', '["\\u0041",'),
}

function publish(payload: unknown): string {
  return JSON.stringify({
    type: 'baro:publish',
    payload: { channel: 'room:42', id: 'cJ8xw0Qm1sTn', type: 'message', payload },
  })
}

function list<T>(length: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length }, (_, index) => make(index))
}

function nested(levels: number): unknown {
  return levels === 0 ? 'deep' : { inner: nested(levels - 1) }
}
