import type { Language } from './languages.ts'
import { say, type TextsOf } from './phrase.ts'

/** What /write says. */
export interface WriteWords {
  readonly title: (id: string) => string
  readonly lead: string
  readonly here: (count: number) => string
  readonly writes: (name: string) => string
  readonly proposal: string
  readonly refused: string
  readonly noScript: string
}

export const writeWords: Readonly<Record<Language, TextsOf<WriteWords>>> = {
  en: {
    title: say({ 1: 'A text for everyone', else: 'Text {0}' }),
    lead: 'Everybody who has this page open writes in the same text. Go offline and write on: when you are back, both versions are one.',
    here: say('{0} here'),
    writes: say('{0} is writing'),
    proposal: 'Write the first line.',
    refused: 'The text is again as the server has it. What was typed last here was not taken:',
    noScript: 'Without JavaScript you read the text as it was when the page was made.',
  },
  ko: {
    title: say({ 1: '모두의 글', else: '글 {0}' }),
    lead: '이 페이지를 연 모든 사람이 같은 글을 씁니다. 오프라인에서 계속 써도 다시 연결되면 두 글이 하나로 합쳐집니다.',
    here: say('{0}명 접속 중'),
    writes: say('{0} 입력 중'),
    proposal: '첫 줄을 써 보세요.',
    refused: '글을 서버의 내용으로 되돌렸습니다. 방금 입력한 내용은 저장하지 못했습니다:',
    noScript: '자바스크립트가 없으면 페이지를 만든 때의 글만 읽을 수 있습니다.',
  },
}
