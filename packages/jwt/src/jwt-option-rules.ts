import {
  anyText,
  milliseconds,
  type OptionRule,
  type OptionRules,
  objectWith,
  required,
  whole,
} from '@baro/core/protocol'
import { jwtAlgorithms } from './algorithm.ts'
import type { JwtOptions } from './jwt.ts'

const algorithms: OptionRule = {
  what: `a list of one or more of ${jwtAlgorithms.join(', ')}`,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => jwtAlgorithms.includes(one)),
}

const oneOrMore: OptionRule = {
  what: 'a text, or a list of texts',
  accepts: (value) => {
    const texts = [value].flat()
    return texts.length > 0 && texts.every((one) => typeof one === 'string' && one !== '')
  },
}

/** What the options of `jwt` must be. */
export const jwtOptionRules: OptionRules<JwtOptions> = {
  algorithms: required(algorithms),
  secret: {
    what: 'a text or bytes, or a list of up to 8 of them',
    accepts: (value) => {
      const secrets = [value].flat()
      const isSecret = (one: unknown) => typeof one === 'string' || one instanceof Uint8Array
      return secrets.length > 0 && secrets.length <= 8 && secrets.every(isSecret)
    },
  },
  publicKey: {
    what: 'PEM, or a JWK',
    accepts: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  },
  jwksUrl: anyText,
  issuer: oneOrMore,
  audience: oneOrMore,
  toleranceMs: milliseconds(0),
  maxTokenLength: whole('characters', 1),
  cookie: anyText,
  clock: objectWith('now'),
}
