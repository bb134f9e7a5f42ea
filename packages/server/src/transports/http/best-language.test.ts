import { expect, test } from 'vitest'
import { bestLanguage } from './best-language.ts'

test.each([
  ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
  ['en-US,en;q=0.9,ko;q=0.8', 'en'],
  ['fr-FR, ko;q=0.3', 'ko'],
  ['ko;q=0.2, en;q=0.3', 'en'],
  // Nobody is sent away for a language that nobody has.
  ['fr', 'en'],
  ['ko;q=0, en;q=0', 'en'],
  ['*', 'en'],
  ['', 'en'],
  ['한국어', 'en'],
  [',;q=,ko;;q=1;q', 'ko'],
])('who says %j gets %s of en and ko', (accepted, best) => {
  expect(bestLanguage(['en', 'ko'], accepted)).toBe(best)
})

test('regions of one language are told apart where the application does', () => {
  expect(bestLanguage(['pt-BR', 'pt-PT'], 'pt-PT,pt;q=0.9')).toBe('pt-PT')
  expect(bestLanguage(['pt-BR', 'pt-PT'], 'pt')).toBe('pt-BR')
})
