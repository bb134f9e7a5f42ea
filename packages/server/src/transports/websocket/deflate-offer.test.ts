import { describe, expect, test } from 'vitest'
import { acceptDeflateOffer } from './deflate-offer.ts'

const accepted = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
const acceptedWithBits = `${accepted}; server_max_window_bits=15`

describe('an offer of permessage-deflate', () => {
  test.each([
    ['of Firefox and Safari', 'permessage-deflate', accepted],
    ['of Chromium', 'permessage-deflate; client_max_window_bits', accepted],
    ['that bounds the window of the client', 'permessage-deflate; client_max_window_bits=9', accepted],
    ['that asks for what is agreed anyway', accepted, accepted],
    ['that asks for the window that there is', 'permessage-deflate; server_max_window_bits=15', acceptedWithBits],
    ['with a quoted value', 'permessage-deflate;server_max_window_bits = "15"', acceptedWithBits],
    ['without blanks', 'permessage-deflate;client_max_window_bits', accepted],
    ['behind one of another extension', 'bbf-usp-protocol; a=1, permessage-deflate', accepted],
    [
      'behind one that is not acceptable',
      'permessage-deflate; server_max_window_bits=10, permessage-deflate',
      accepted,
    ],
  ])('%s is accepted', (_, header, answer) => {
    expect(acceptDeflateOffer(header)).toBe(answer)
  })

  test.each([
    ['that is not made', undefined],
    ['that is empty', ''],
    ['of another extension', 'x-webkit-deflate-frame'],
    ['that wants a smaller window', 'permessage-deflate; server_max_window_bits=14'],
    ['with a window without a size', 'permessage-deflate; server_max_window_bits'],
    ['with a window of no size', 'permessage-deflate; client_max_window_bits=7'],
    ['with a window of too great a size', 'permessage-deflate; client_max_window_bits=16'],
    ['with a leading zero', 'permessage-deflate; client_max_window_bits=09'],
    ['with a value where none belongs', 'permessage-deflate; server_no_context_takeover=1'],
    ['with a parameter said twice', 'permessage-deflate; client_max_window_bits; client_max_window_bits=10'],
    ['with an unknown parameter', 'permessage-deflate; dictionary'],
    ['with a name that any object has', 'permessage-deflate; __proto__=15'],
    ['that is malformed', 'permessage-deflate; ='],
    ['beside one that is malformed', 'permessage-deflate, ;'],
  ])('%s is declined', (_, header) => {
    expect(acceptDeflateOffer(header)).toBeUndefined()
  })
})
