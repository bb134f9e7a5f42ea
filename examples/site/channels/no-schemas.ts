/**
 * What a browser gets in the place of `zod/mini` (`next.config.ts`). A schema runs on the server, which checks what comes; a page
 * has its types, and would carry 20 kB that nobody calls. Whatever is made here is one and the same schema that takes everything.
 */
interface Unchecked {
  (...given: readonly unknown[]): Unchecked
  readonly [name: string]: Unchecked
}

const standard = { version: 1, vendor: 'none', validate: (value: unknown) => ({ value }) }

const unchecked: Unchecked = new Proxy((() => unchecked) as unknown as Unchecked, {
  get: (_, name) => (name === '~standard' ? standard : unchecked),
})

export {
  unchecked as array,
  unchecked as boolean,
  unchecked as enum,
  unchecked as extend,
  unchecked as gte,
  unchecked as instanceof,
  unchecked as int,
  unchecked as literal,
  unchecked as lt,
  unchecked as lte,
  unchecked as maxLength,
  unchecked as maximum,
  unchecked as minLength,
  unchecked as minimum,
  unchecked as normalize,
  unchecked as nullable,
  unchecked as number,
  unchecked as object,
  unchecked as optional,
  unchecked as refine,
  unchecked as regex,
  unchecked as string,
  unchecked as trim,
  unchecked as tuple,
  unchecked as union,
}
