import type { ErrorCode } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import type { HubEvent, Who } from './hub-events.ts'
import type { Telling } from './telling.ts'

/** What is said in Korean. Names stand before a colon, because a particle would depend on how a name ends. */
export const korean: Telling = {
  sentenceOf: koreanOf,
  wasLive: '발행이 왔을 때 라이브였으므로 연결에 넘겨졌습니다.',
  isLive: '라이브입니다.',
  hasNotSubscribed: '이 채널을 구독하지 않았습니다.',
  journalBeginsLater: '저널이 이 발행보다 나중에 시작합니다.',
  nothingWrong: '저널이 아는 한 문제가 없습니다.',
  getsNoSignals: '한 번씩 요청하는 방식이라 시그널이 가지 않습니다. 시그널은 열린 스트림에만 갑니다.',
}

const resetSentences: Readonly<Record<ResetReason, string>> = {
  none: '첫 방문처럼 위치 없이 왔습니다.',
  queried: '데이터베이스 스냅샷에서 왔는데, 그 지점에서는 스트림을 이어받을 수 없습니다.',
  epoch: '위치가 스트림의 다른 생애에 속합니다. 브로커가 비워졌거나 채널이 새로 시작했습니다.',
  'beyond-head': '위치가 스트림의 끝보다 뒤에 있습니다. 브로커가 가장 새로운 발행을 잃었습니다.',
  trimmed: '그 위치 다음의 내용이 더는 보관되지 않습니다.',
  rewritten: '그 자리에 다른 발행이 있습니다. 히스토리가 다시 쓰였습니다.',
  refused: '접근 규칙이 히스토리를 허용하지 않습니다.',
}

/** What each code means. The hub says more, in English, as its client was told. */
const refusals: Readonly<Record<ErrorCode, string>> = {
  'bad-message': '메시지를 읽을 수 없습니다.',
  'unknown-message': '이 버전이 모르는 유형의 메시지입니다.',
  'bad-name': '채널이 가질 수 없는 이름입니다.',
  'bad-position': '위치를 읽을 수 없습니다.',
  'bad-id': '발행이 가질 수 없는 id입니다.',
  'bad-definition': '정의가 잘못되었습니다.',
  unauthenticated: '누구인지 인정되지 않았습니다.',
  expired: '토큰이 만료되었습니다.',
  refused: '허용되지 않습니다.',
  muted: '이 채널에서 발행이 막혀 있습니다.',
  'origin-refused': '이 출처(Origin)는 허용되지 않습니다.',
  'unknown-channel': '정의되지 않은 채널입니다.',
  'not-accepted': '이 유형을 받는 핸들러나 정의가 없습니다.',
  'too-slow': '제시간에 끝나지 않았습니다.',
  'not-subscribed': '구독하지 않은 채널입니다.',
  'already-subscribed': '이미 구독한 채널입니다.',
  outdated: '페이지와 서버의 채널 정의 버전이 다릅니다.',
  'unknown-outcome': '발행이 되었는지 더는 알 수 없습니다.',
  'out-of-turn': '차례가 지난 발행입니다.',
  'in-progress': '같은 발행이 아직 처리되고 있습니다.',
  'too-large': '한도보다 깁니다.',
  'invalid-payload': '페이로드가 스키마에 맞지 않습니다.',
  'rate-limited': '허용된 양보다 많습니다.',
  'too-many-subscriptions': '한 연결이 따를 수 있는 채널 수를 넘었습니다.',
  'handler-failed': '애플리케이션 코드가 예외를 던졌습니다.',
  'not-kept': '저장소가 발행을 보관하지 못했습니다.',
  unavailable: '지금은 할 수 없습니다.',
  closed: '허브가 닫혔습니다.',
}

const starts = { none: '위치 없이', now: '지금부터', queried: '데이터베이스 스냅샷부터' } as const

const endings: Readonly<Record<number, string>> = {
  1000: ' 스스로 떠났습니다.',
  1001: ' 페이지가 닫혔습니다.',
  1005: ' 스스로 떠났습니다.',
  1006: ' 연결이 인사 없이 끊어졌습니다. 프록시, 잠든 휴대전화, 바뀐 네트워크가 그렇게 합니다.',
  4000: ' 이 노드가 멈추거나 기록을 잃어, 다시 오라고 했습니다.',
}

function koreanOf(event: HubEvent): string {
  switch (event.name) {
    case 'connected':
      return `${nameOf(event)}: 연결했습니다(${event.rung ?? '알 수 없는 연결'}).`
    case 'disconnected':
      return `${nameOf(event)}: 연결이 끝났습니다(${event.code}).${endings[event.code] ?? (event.reason && ` ${event.reason}.`)}`
    case 'subscribed':
      return `${nameOf(event)}: 채널을 ${startOf(event.from)} 요청했습니다.`
    case 'unsubscribed':
      return `${nameOf(event)}: 이제 채널을 따르지 않습니다.`
    case 'recovered':
      return `${nameOf(event)}: 자기 위치에서 이어받았습니다. 발행 ${event.publications}개, 오프셋 ${event.offset}까지입니다.`
    case 'reset':
      if (event.reason === 'none')
        return `${nameOf(event)}: 최신 상태를 받았습니다${at(event.offset)}. ${resetSentences.none}`
      return `${nameOf(event)}: 놓친 것 대신 최신 상태를 받았습니다${at(event.offset)}. 이유는 ${event.reason}입니다. ${resetSentences[event.reason]}`
    case 'live':
      return `${nameOf(event)}: 따라잡았고, 오프셋 ${event.offset}부터 라이브입니다.`
    case 'cut':
      return `${nameOf(event)}: 충분히 빨리 읽지 않아 라이브에서 빠졌고${at(event.offset)}, 자리가 나면 따라잡습니다(slow).`
    case 'signal-dropped':
      return `${nameOf(event)}: 충분히 빨리 읽지 않아 시그널 하나를 보내지 않았습니다(slow). 시그널은 보관되지 않습니다.`
    case 'refused':
      return `${nameOf(event)}: 거절되었습니다(${event.code}). ${refusals[event.code]} ${JSON.stringify(event.message)}`
    case 'slowed':
      return `${nameOf(event)}: 허용된 양보다 많이 보내(rate-limited) ${Math.ceil(event.waitMs)} ms 동안 읽지 않습니다.`
    case 'failed':
      return `애플리케이션 코드가 ${JSON.stringify(event.where)}에서 예외를 던졌습니다(handler-failed). 무엇을 던졌는지는 로그에 있습니다.`
    case 'published':
      return `유형 ${JSON.stringify(event.type)}의 발행 ${event.publications}개가 왔습니다. 오프셋 ${event.offset}까지입니다.`
    case 'handled':
      return `${JSON.stringify(event.type)} 핸들러가 ${event.tookMs.toFixed(1)} ms 걸렸습니다.`
    case 'signalled':
      return `유형 ${JSON.stringify(event.type)}의 시그널이 나갔습니다.`
    case 'delivered':
      return `발행 ${event.publications}개가 오프셋 ${event.offset}까지 라이브 독자 ${event.readers}명에게 갔습니다.`
    case 'gap':
      return `브로커가 오프셋 ${event.offset} 다음의 일부를 알리지 않았습니다(gap). 노드가 빠진 것을 읽습니다.`
    case 'begun-anew':
      return `채널이 오프셋 ${event.offset}에서 다른 생애를 시작했습니다(epoch). 독자들은 최신 상태를 새로 받습니다.`
    case 'skipped':
      return `오프셋 ${event.offset}에서 ${JSON.stringify(event.type)} 리듀서가 예외를 던졌습니다(reducer-failed). 모두 그 발행을 건너뜁니다.`
    case 'draining':
      return `이 노드가 멈춥니다(drain). 세션 ${event.sessions}개에 다시 오라고 합니다.`
  }
}

function nameOf({ user, session, address }: Who): string {
  if (user !== undefined) return `사용자 ${JSON.stringify(user.slice(0, 80))}`
  if (session !== undefined) return `세션 ${session}의 손님`
  return address === undefined ? '누군가' : `${address}의 누군가`
}

function startOf(from: HubEvent<'subscribed'>['from']): string {
  return typeof from === 'number' ? `오프셋 ${from}부터` : starts[from]
}

function at(offset: number | undefined): string {
  return offset === undefined ? '' : `(오프셋 ${offset})`
}
