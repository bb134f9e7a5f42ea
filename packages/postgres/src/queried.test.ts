import { expect, test } from 'vitest'
import { queried } from './index.ts'

test('rows are read by a function: a statement alone is refused where it is given', () => {
  expect(() => queried('select * from products' as never)).toThrow(
    'queried takes a function that reads rows, not "select * from products".',
  )
})
