import type { Ink } from '../channels/whiteboard.ts'
import type { Language } from './languages.ts'
import { say, type TextsOf } from './phrase.ts'

/** What its page says. */
export interface WhiteboardWords {
  readonly title: string
  readonly lead: string
  readonly tools: string
  readonly undo: string
  readonly clear: string
  readonly keys: string
  readonly penDown: string
  readonly notDone: string
  readonly noScript: string
  readonly inks: Readonly<Record<Ink, string>>
  /** From thin to thick. */
  readonly widths: readonly string[]
  readonly board: (strokes: number) => string
  readonly list: (strokes: number) => string
  /** Places are percents from the left and from the top. */
  readonly stroke: (ink: string, who: string, from: string, to: string) => string
}

const en: TextsOf<WhiteboardWords> = {
  title: 'One board for everybody',
  lead: 'Draw with a mouse, a finger, a stylus or the keyboard. Each stroke is a publication, and is in the page for who comes next. Pens are signals, and are gone in a moment.',
  tools: 'What to draw with',
  undo: 'Undo',
  clear: 'Clear',
  keys: 'Keyboard: the arrow keys move the pen, with Shift further. The space bar puts it down and lifts it, Escape drops the line.',
  penDown: 'The pen is down.',
  notDone: 'That was not taken. Try again.',
  noScript: 'You see the board as it was when the page was rendered. Drawing needs JavaScript.',
  inks: { ink: 'Ink', red: 'Red', orange: 'Orange', green: 'Green', blue: 'Blue', violet: 'Violet' },
  widths: ['Thin', 'Medium', 'Thick'],
  board: say({ 1: 'The board, with 1 stroke', else: 'The board, with {0} strokes' }),
  list: say('The strokes in words ({0})'),
  stroke: say('{0}, by {1}, from {2} to {3}'),
}

const ko: TextsOf<WhiteboardWords> = {
  title: '모두가 함께 쓰는 보드',
  lead: '마우스, 손가락, 펜, 키보드로 선을 긋습니다. 그은 선은 발행되어 다음 사람이 여는 페이지에도 들어 있고, 펜의 움직임은 남지 않는 시그널입니다.',
  tools: '그리기 도구',
  undo: '되돌리기',
  clear: '모두 지우기',
  keys: '키보드: 방향키로 펜을 옮기고 Shift를 함께 누르면 더 멀리 갑니다. 스페이스바로 펜을 내리고 떼며, Esc를 누르면 긋던 선을 버립니다.',
  penDown: '펜을 내렸습니다.',
  notDone: '처리되지 않았습니다. 다시 시도해 주세요.',
  noScript: '페이지를 렌더링한 시점의 보드입니다. 선을 그으려면 JavaScript가 필요합니다.',
  inks: { ink: '먹색', red: '빨강', orange: '주황', green: '초록', blue: '파랑', violet: '보라' },
  widths: ['가늘게', '보통', '굵게'],
  board: say('보드, 선 {0}개'),
  list: say('글로 읽는 선 목록 ({0})'),
  stroke: say('{0}, {1}, {2}에서 {3}까지'),
}

export const whiteboardWords: Readonly<Record<Language, TextsOf<WhiteboardWords>>> = { en, ko }
