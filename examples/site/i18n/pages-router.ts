import type { Language } from './languages.ts'
import type { TextsOf } from './phrase.ts'

/** What the page of the Pages Router says. */
export interface PagesRouterWords {
  readonly title: string
  readonly lead: string
  readonly values: string
  readonly rendered: string
  readonly now: string
}

const en: TextsOf<PagesRouterWords> = {
  title: 'The Pages Router, cached and live',
  lead: 'getStaticProps fetches a value, and gets the position of it too. The page is cached for ten seconds. In the browser useChannel goes on from that position.',
  values: 'How busy this machine is',
  rendered: 'As rendered',
  now: 'Now',
}

const ko: TextsOf<PagesRouterWords> = {
  title: 'Pages Router에서도 캐시한 뒤 실시간',
  lead: 'getStaticProps가 fetch로 값을 읽고, 그 값의 위치도 함께 받습니다. 페이지는 10초 동안 캐시됩니다. 브라우저에서는 useChannel이 그 위치부터 이어 갑니다.',
  values: '이 서버의 CPU 사용률',
  rendered: '렌더링할 때',
  now: '지금',
}

export const pagesRouterWords: Readonly<Record<Language, TextsOf<PagesRouterWords>>> = { en, ko }
