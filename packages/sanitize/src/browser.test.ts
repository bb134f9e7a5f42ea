import { expect, test } from 'vitest'
import * as browser from './browser.ts'
import * as server from './index.ts'

test('the door for browsers has what the other has', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(server).sort())
})

test('safeHtml lets nothing pass in a browser, as it does not bring the sanitizer', () => {
  const { clean, '~standard': standard } = browser.safeHtml({ maxLength: 10 })
  expect(() => clean('<b>')).toThrow('safeHtml runs on the server')
  expect(() => standard.validate('<b>')).toThrow('safeHtml runs on the server')
})
