import type { Language } from './languages.ts'
import { say, type TextsOf } from './phrase.ts'

/** What /inbox says. */
export interface InboxWords {
  readonly title: string
  readonly lead: string
  readonly membersOnly: string
  readonly unread: (count: number) => string
  readonly none: string
  readonly isNew: string
  readonly markRead: string
  readonly send: string
  readonly to: string
  readonly myself: string
  readonly text: string
  readonly proposal: string
  readonly sent: string
  readonly failed: string
  readonly noScript: string
  readonly push: Readonly<Record<'on' | 'off' | 'hint' | 'isOn' | 'denied' | 'missing' | 'failed', string>>
  /** In a notification of the system. */
  readonly pushed: (from: string, count: number) => string
}

export const inboxWords: Readonly<Record<Language, TextsOf<InboxWords>>> = {
  en: {
    title: 'Inbox',
    lead: 'Open it in two tabs: a note arrives in both, and what you read in one is read in the other.',
    membersOnly: 'An inbox belongs to somebody. Sign in under any name, and you have one.',
    unread: say({ 0: 'Everything is read', else: '{0} unread' }),
    none: 'No notes yet. Send yourself one.',
    isNew: 'unread',
    markRead: 'Mark all as read',
    send: 'Send',
    to: 'To',
    myself: 'myself',
    text: 'Note',
    proposal: 'Lunch at half past twelve?',
    sent: 'Sent.',
    failed: 'Not done:',
    noScript: 'Without JavaScript you see the notes of when the page was made. Load it again for newer ones.',
    push: {
      on: 'Notify me while no page is open',
      off: 'Stop notifying me',
      hint: 'By Web Push: your browser asks for permission, and its push service sees only a cipher.',
      isOn: 'Close this page, and let somebody write to you.',
      denied: 'You have denied notifications of this site. The settings of your browser can allow them.',
      missing: 'This browser has no Web Push here. On an iPhone, add the site to the home screen first.',
      failed: 'The push service of your browser could not be reached.',
    },
    pushed: say('{0} wrote to you ({1} unread)'),
  },
  ko: {
    title: '알림함',
    lead: '탭 두 개에서 열어 보세요. 알림은 두 탭에 모두 도착하고, 한쪽에서 읽으면 다른 쪽에서도 읽음이 됩니다.',
    membersOnly: '알림함은 주인이 있어야 합니다. 아무 이름으로나 로그인하면 알림함이 생깁니다.',
    unread: say({ 0: '모두 읽었습니다', else: '읽지 않음 {0}개' }),
    none: '아직 알림이 없습니다. 자신에게 하나 보내 보세요.',
    isNew: '읽지 않음',
    markRead: '모두 읽음으로 표시',
    send: '보내기',
    to: '받는 사람',
    myself: '나에게',
    text: '내용',
    proposal: '12시 반에 점심 어때요?',
    sent: '보냈습니다.',
    failed: '처리하지 못했습니다:',
    noScript: '자바스크립트가 없으면 페이지를 만든 때까지의 알림만 보입니다. 새로고침하면 새 알림이 나타납니다.',
    push: {
      on: '페이지를 닫아도 알림 받기',
      off: '알림 그만 받기',
      hint: '웹 푸시로 보냅니다. 브라우저가 권한을 묻고, 푸시 서비스는 암호화된 내용만 전달합니다.',
      isOn: '이 페이지를 닫은 뒤 다른 사람이 보낸 알림을 받아 보세요.',
      denied: '이 사이트의 알림을 차단했습니다. 브라우저 설정에서 허용할 수 있습니다.',
      missing: '이 브라우저에서는 웹 푸시를 쓸 수 없습니다. 아이폰에서는 먼저 홈 화면에 추가해 주세요.',
      failed: '브라우저의 푸시 서비스에 연결하지 못했습니다.',
    },
    pushed: say('{0}님의 알림 (읽지 않음 {1}개)'),
  },
}
