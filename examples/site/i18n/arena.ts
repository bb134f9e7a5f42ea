import type { Heading } from '../channels/arena.ts'
import type { Language } from './languages.ts'
import { say, type TextsOf } from './phrase.ts'

/** What its page says. */
export interface ArenaWords {
  readonly title: string
  readonly lead: string
  readonly play: string
  readonly between: string
  readonly field: string
  readonly keys: string
  readonly noSeat: string
  readonly notJoined: string
  readonly noScript: string
  readonly seats: string
  readonly free: string
  readonly bot: string
  readonly watch: string
  readonly headings: Readonly<Record<Heading, string>>
  readonly youAre: (letter: string) => string
  readonly left: (seconds: number) => string
  readonly won: (letter: string, name: string, cells: number) => string
}

const en: TextsOf<ArenaWords> = {
  title: 'Paint the arena',
  lead: 'Run over cells to paint them. Who has most after 40 seconds wins. The server plays 20 ticks a second while somebody looks; your keys are signals, and the newest world wins.',
  play: 'Play',
  between: 'Next round soon',
  field: 'The arena',
  keys: 'Arrow keys or W A S D, a swipe, or the buttons.',
  noSeat: 'All seats are taken. You can watch until one is free.',
  notJoined: 'You have no seat yet:',
  noScript: 'You see the arena as it was when the page was rendered. Playing needs JavaScript.',
  seats: 'Players and what they have painted',
  free: 'free',
  bot: 'bot',
  watch: 'To watch, no SDK is needed: any client of SSE gets each tick.',
  headings: { up: 'Up', down: 'Down', left: 'Left', right: 'Right' },
  youAre: say('You are {0}'),
  left: say('{0} s left'),
  won: say('{0} ({1}) wins with {2} cells.'),
}

const ko: TextsOf<ArenaWords> = {
  title: '땅 칠하기',
  lead: '칸 위를 달리면 내 색으로 칠해집니다. 40초 뒤에 가장 많이 칠한 사람이 이깁니다. 보는 사람이 있는 동안 서버가 초당 20틱으로 진행하고, 입력은 시그널로 보내며, 항상 최신 상태만 받습니다.',
  play: '참가하기',
  between: '곧 다음 라운드',
  field: '경기장',
  keys: '방향키나 W A S D, 밀기, 버튼으로 움직입니다.',
  noSeat: '자리가 모두 찼습니다. 빈자리가 날 때까지 관전할 수 있습니다.',
  notJoined: '참가하지 못했습니다:',
  noScript: '페이지를 렌더링한 시점의 경기장입니다. 참가하려면 JavaScript가 필요합니다.',
  seats: '참가자와 칠한 칸 수',
  free: '빈자리',
  bot: '봇',
  watch: '관전에는 SDK가 필요 없습니다. SSE 클라이언트라면 모든 틱을 받습니다.',
  headings: { up: '위', down: '아래', left: '왼쪽', right: '오른쪽' },
  youAre: say('내 자리 {0}'),
  left: say('{0}초 남음'),
  won: say('{0}({1}) 승리, {2}칸을 칠했습니다.'),
}

export const arenaWords: Readonly<Record<Language, TextsOf<ArenaWords>>> = { en, ko }
