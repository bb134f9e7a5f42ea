import type { TextEnd } from '../channels/stream.ts'
import type { Language } from './languages.ts'
import type { TextsOf } from './phrase.ts'

/** What /stream says. */
export interface StreamWords {
  readonly title: string
  readonly lead: string
  readonly prompt: string
  readonly proposal: string
  readonly begin: string
  readonly notBegun: string
  readonly newest: string
  readonly none: string
  readonly another: string
  readonly generator: string
  readonly stop: string
  readonly notStopped: string
  readonly noScript: string
  readonly states: Readonly<Record<TextEnd | 'writing', string>>
}

export const streamWords: Readonly<Record<Language, TextsOf<StreamWords>>> = {
  en: {
    title: 'A text, token by token',
    lead: 'The server writes, and every browser that has the page open reads along. Reload it, or open its address on your phone: it goes on at the same letter.',
    prompt: 'What shall it be about?',
    proposal: 'A train in a tunnel',
    begin: 'Write',
    notBegun: 'Not begun:',
    newest: 'Newest texts',
    none: 'Nobody has asked for one yet.',
    another: 'Another text',
    generator:
      'Written by a word chain on this server that has read 24 sentences. It is no language model, and nothing leaves this machine.',
    stop: 'Stop',
    notStopped: 'Not stopped:',
    noScript: 'Without JavaScript the text is as long as it was when the page was made. Load the page again for more.',
    states: {
      writing: 'Being written …',
      finished: 'Finished',
      stopped: 'Stopped by its reader',
      'cut-off': 'Cut off: the server that wrote it is gone. The rest was never written.',
    },
  },
  ko: {
    title: '토큰 단위로 이어지는 글',
    lead: '서버가 글을 쓰면 이 페이지를 연 모든 브라우저가 함께 읽습니다. 새로고침하거나 같은 주소를 휴대폰에서 열어도 같은 글자에서 이어집니다.',
    prompt: '무엇에 대해 쓸까요?',
    proposal: '터널 속의 기차',
    begin: '쓰기',
    notBegun: '시작하지 못했습니다:',
    newest: '최근 글',
    none: '아직 아무도 글을 요청하지 않았습니다.',
    another: '다른 글 쓰기',
    generator:
      '문장 24개를 읽은 단어 체인이 이 서버에서 쓰는 글입니다. 언어 모델이 아니며, 밖으로 보내는 것은 없습니다.',
    stop: '중지',
    notStopped: '중지하지 못했습니다:',
    noScript: '자바스크립트가 없으면 페이지를 만든 때까지의 글만 보입니다. 페이지를 새로고침하면 더 나타납니다.',
    states: {
      writing: '쓰고 있습니다 …',
      finished: '끝',
      stopped: '독자가 중지했습니다.',
      'cut-off': '끊긴 글입니다. 글을 쓰던 서버가 멈추어 나머지는 쓰지 못했습니다.',
    },
  },
}
