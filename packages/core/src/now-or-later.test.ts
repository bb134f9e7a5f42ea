import { describe, expect, it } from 'vitest'
import { isLater, orElse, whenHere } from './now-or-later.ts'

describe('a result that is here or will be', () => {
  it('goes on at once where nothing has to be waited for', () => {
    expect(whenHere(1, (one) => one + 1)).toBe(2)
    expect(whenHere(whenHere(1, String), (text) => `${text}!`)).toBe('1!')
  })

  it('goes on later where it has to be waited for', async () => {
    const later = whenHere(Promise.resolve(1), (one) => one + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(2)
    expect(await whenHere(1, (one) => Promise.resolve(one + 1))).toBe(2)
  })

  it('throws what the next step throws, or rejects with it', async () => {
    const fail = () => {
      throw new Error('no')
    }
    expect(() => whenHere(1, fail)).toThrow('no')
    await expect(whenHere(Promise.resolve(1), fail)).rejects.toThrow('no')
  })

  it('makes something else of an error, whether it is thrown or rejected', async () => {
    const fail = () => {
      throw new Error('no')
    }
    expect(orElse<number>(fail, () => 2)).toBe(2)
    expect(
      await orElse<number>(
        () => Promise.reject(new Error('no')),
        () => 2,
      ),
    ).toBe(2)
    expect(
      orElse(
        () => 1,
        () => 2,
      ),
    ).toBe(1)
  })

  it('waits for a promise of another realm, as it does for its own', async () => {
    const foreign = Object.fromEntries([
      ['then', (here: (value: number) => void) => here(1)],
    ]) as unknown as Promise<number>
    expect(await whenHere(foreign, (one) => one + 1)).toBe(2)
    expect(
      await orElse(
        () => foreign,
        () => 2,
      ),
    ).toBe(1)
  })

  it('knows a promise of another library', () => {
    expect(isLater(Object.fromEntries([['then', () => {}]]) as unknown as PromiseLike<void>)).toBe(true)
    expect(isLater(Promise.resolve())).toBe(true)
    for (const here of [undefined, null, 0, {}, Object.fromEntries([['then', 1]])])
      expect(isLater<unknown>(here)).toBe(false)
  })
})
