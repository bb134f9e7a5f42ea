import type { WayName } from '../compare/ways.ts'
import type { Language } from './languages.ts'
import type { TextsOf } from './phrase.ts'

/** What its page says. */
export interface CompareWords {
  readonly title: string
  readonly lead: string
  readonly start: string
  readonly stop: string
  readonly noScript: string
  readonly columns: Readonly<
    Record<'way' | 'now' | 'first' | 'later' | 'requests' | 'bytes' | 'lines' | 'crawler', string>
  >
  readonly hints: Readonly<Record<'first' | 'later' | 'requests' | 'bytes' | 'lines' | 'crawler', string>>
  readonly ways: Readonly<Record<WayName, { readonly name: string; readonly idea: string }>>
  readonly nothing: string
  readonly worst: string
  readonly caption: string
  /** Leads to the page of the Pages Router. */
  readonly pagesRouter: string
  readonly state: Readonly<Record<'ready' | 'running' | 'stopped', string>>
}

const en: TextsOf<CompareWords> = {
  title: 'ISR, SSR, WebSocket, polling: measured',
  lead: 'One value changes each second: how busy this machine is. Five pages show it. Your browser opens all of them now, and measures what a visitor of each one sees.',
  start: 'Measure',
  stop: 'Stop',
  noScript: 'The measurement needs JavaScript. The lines of code and what a crawler reads are counted on the server.',
  caption: 'What articles say about these ways, as numbers of this moment',
  pagesRouter: 'A page of the Pages Router: getStaticProps, fetch, revalidate: 10, then live',
  columns: {
    way: 'Way',
    now: 'Shows',
    first: 'First paint',
    later: 'Freshness',
    requests: 'Requests a minute',
    bytes: 'Bytes a minute',
    lines: 'Complexity',
    crawler: 'SEO',
  },
  hints: {
    first: 'until something is shown, and how stale it is then',
    later: 'how stale what is shown is: on average, and at worst',
    requests: 'the page included; an open socket is one',
    bytes: 'bodies and messages, without headers',
    lines: 'of the server and of the page',
    crawler: 'what the HTML says without a script',
  },
  ways: {
    isr: { name: 'ISR, 10 s', idea: 'cached by time' },
    'isr-live': { name: 'ISR + Baro', idea: 'cached by position, then live' },
    'ssr-live': { name: 'SSR + Baro', idea: 'rendered for each visitor, then live' },
    'web-socket': { name: 'WebSocket alone', idea: 'an empty page, then live' },
    polling: { name: 'Polling, 5 s', idea: 'an empty page that asks' },
  },
  nothing: 'nothing',
  worst: 'worst',
  state: { ready: 'Not measured yet', running: 'Measuring', stopped: 'Stopped' },
}

const ko: TextsOf<CompareWords> = {
  title: 'ISR, SSR, WebSocket, 폴링: 재어 보기',
  lead: '값 하나가 1초마다 바뀝니다. 이 컴퓨터가 얼마나 바쁜지입니다. 페이지 다섯 개가 그 값을 보여 줍니다. 이 브라우저가 지금 모두 열어, 각 페이지의 방문자에게 무엇이 보이는지 잽니다.',
  start: '재기',
  stop: '멈추기',
  noScript: '측정에는 JavaScript가 필요합니다. 코드 줄 수와 크롤러가 읽는 내용은 서버에서 셉니다.',
  caption: '글에서 말로 비교하는 방식들을 지금 이 순간의 숫자로',
  pagesRouter: 'Pages Router 페이지: getStaticProps, fetch, revalidate: 10, 그다음은 실시간',
  columns: {
    way: '방식',
    now: '보이는 값',
    first: '첫 화면',
    later: '최신성',
    requests: '분당 요청',
    bytes: '분당 바이트',
    lines: '복잡도',
    crawler: 'SEO',
  },
  hints: {
    first: '무언가 보일 때까지의 시간, 그때 얼마나 낡았는지',
    later: '보이는 값이 얼마나 낡았는지: 평균과 최악',
    requests: '페이지 포함. 열린 소켓은 하나',
    bytes: '헤더를 뺀 본문과 메시지',
    lines: '서버와 페이지의 코드 줄 수',
    crawler: '스크립트 없이 HTML이 말하는 것',
  },
  ways: {
    isr: { name: 'ISR 10초', idea: '시간으로 캐시' },
    'isr-live': { name: 'ISR + Baro', idea: '위치로 캐시한 뒤 실시간' },
    'ssr-live': { name: 'SSR + Baro', idea: '방문자마다 렌더링한 뒤 실시간' },
    'web-socket': { name: 'WebSocket만', idea: '빈 페이지 뒤에 실시간' },
    polling: { name: '폴링 5초', idea: '빈 페이지가 계속 묻기' },
  },
  nothing: '없음',
  worst: '최악',
  state: { ready: '아직 재지 않음', running: '재는 중', stopped: '멈춤' },
}

export const compareWords: Readonly<Record<Language, TextsOf<CompareWords>>> = { en, ko }
