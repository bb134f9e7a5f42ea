import type { Kind } from '../channels/compat.ts'
import type { Colour, CommandStatus, Vibration } from '../channels/device.ts'
import type { Break, Reader } from '../components/break-it/break-it-machine.ts'
import type { guides } from '../components/docs/guides.ts'
import type { DemoId } from '../components/frame/sections.ts'
import type { Arrival } from '../components/live/arrival.ts'
import type { ArenaWords } from './arena.ts'
import type { CompareWords } from './compare.ts'
import { en } from './en.ts'
import type { InboxWords } from './inbox.ts'
import { ko } from './ko.ts'
import type { Language } from './languages.ts'
import type { PagesRouterWords } from './pages-router.ts'
import { inWords, type TextsOf } from './phrase.ts'
import type { StreamWords } from './stream.ts'
import type { WhiteboardWords } from './whiteboard.ts'
import type { WriteWords } from './write.ts'

/** Everything the site says. */
export interface Words {
  readonly site: Says<
    | 'title'
    /** What it is, behind the name. */
    | 'tagline'
    | 'description'
    | 'home'
    | 'demos'
    | 'benchmarks'
    | 'docs'
    | 'rooms'
    | 'board'
    | 'play'
    | 'news'
    | 'shop'
    | 'market'
    | 'device'
    | 'machine'
    | 'transports'
    | 'compare'
    | 'compat'
    | 'how'
    | 'stream'
    | 'inbox'
    | 'write'
    | 'language'
    | 'skip'
    | 'missingTitle'
    | 'missing'
    | 'footer'
  >
  readonly home: Says<
    | 'headline'
    | 'lead'
    | 'installHint'
    | 'docs'
    | 'onPhone'
    | 'phoneHint'
    | 'nowTitle'
    | 'nobody'
    /** As of `{time}`. */
    | 'nobodyThen'
    | 'nobodySince'
    | 'demosTitle'
  > & {
    /** What somebody sent instead of a text. */
    readonly attached: Says<'picture' | 'voice'>
    readonly visitors: Counted
    /** As of `{time}`. */
    readonly visitorsThen: Counted
  }
  /** What a visitor asks first, and the answer. */
  readonly questions: readonly Says<'title' | 'text'>[]
  /** The lines in which the two panes differ, and whether that is fair. */
  readonly difference: Says<'title' | 'hint' | 'fairTitle'> & { readonly fair: readonly string[] }
  readonly breakIt: Says<'title' | 'hint' | 'counting' | 'paint'> & {
    readonly readers: Readonly<Record<Reader, string>>
    readonly means: Readonly<Record<Reader, string>>
    readonly breaks: Readonly<Record<Break, string>>
    /** While it is broken. */
    readonly away: Readonly<Record<Break, string>>
    readonly legend: readonly (readonly [arrival: Arrival | 'hole', text: string])[]
    readonly boardLabel: (reader: string) => string
    readonly verdict: (caughtUp: number, lost: number) => string
    readonly took: (ms: number) => string
    readonly endNow: Counted
  }
  readonly search: Says<'field' | 'nothing'> & { readonly found: Counted }
  readonly docs: Says<
    | 'contents'
    | 'first'
    | 'description'
    | 'benchmarksLead'
    /** Of the API. */
    | 'reference'
    | 'referenceLead'
    | 'referenceDescription'
  > & {
    readonly guides: Readonly<Record<(typeof guides)[number], string>>
  }
  /** What each demo shows, by its section. */
  readonly demos: Says<'title' | 'lead' | 'description'> & { readonly hints: Readonly<Record<DemoId, string>> }
  readonly pulse: Says<'title' | 'hint' | 'inPage' | 'recovered' | 'fresh' | 'live'> & {
    readonly summary: (busy: string) => string
    /** How many seconds of the strip are left out. */
    readonly skipped: Counted
  }
  readonly room: Says<
    | 'rooms'
    | 'messages'
    | 'empty'
    /** As of `{time}`. */
    | 'emptyThen'
    | 'emptySince'
    | 'nickname'
    | 'guest'
    | 'you'
    | 'newMessages'
    | 'here'
    | 'nobodyHere'
    | 'tooManyHere'
    | 'notTaken'
    | 'text'
    | 'send'
    | 'sending'
    | 'notSent'
    /** One's own message. */
    | 'remove'
    /** In the place of a message that its sender removed. */
    | 'removed'
    | 'noScript'
    | 'picture'
    | 'noPicture'
    | 'pictureGone'
    | 'voice'
    | 'voiceGone'
    | 'voiceTooShort'
    | 'stop'
    | 'askingMicrophone'
    | 'microphoneRefused'
    | 'microphoneMissing'
  > & {
    readonly pictureFrom: (name: string) => string
    readonly namedPictureFrom: (name: string, file: string) => string
    readonly voiceFrom: (name: string, seconds: number) => string
    readonly recording: Counted
    readonly unread: Counted
    readonly hereNow: Counted
    /** As of `{time}`. */
    readonly hereThen: Counted
    /** While the connection is lost. */
    readonly hereLast: Counted
    readonly seconds: Counted
    readonly title: (id: string) => string
    /** Names, as a list. */
    readonly typing: (count: number, names: string) => string
    /** A moment, such as `14:32`. */
    readonly muted: (until: string) => string
  }
  readonly club: Says<
    | 'membersOnly'
    /** To whoever does not own the room. */
    | 'owner'
    /** To whoever does. */
    | 'yours'
    /** In the place of a message. */
    | 'removed'
    | 'remove'
    | 'mute'
    | 'cancel'
    /** Leads to what the owner has done. */
    | 'desk'
    /** To who opens that page and is not the owner. */
    | 'ownerOnly'
    | 'actions'
    | 'toRoom'
    | 'noScript'
    | 'nothingDone'
    | 'removedOne'
    | 'notDone'
  > & {
    readonly title: (id: string) => string
    readonly messageOf: (name: string) => string
    readonly mutedOne: (name: string, until: string) => string
    readonly unmutedOne: (name: string) => string
    readonly unmute: (name: string) => string
    /** Of a room, by its title. */
    readonly moderationOf: (room: string) => string
  }
  readonly account: Says<
    | 'title'
    | 'lead'
    | 'name'
    | 'signIn'
    | 'signOut'
    | 'signedInAs'
    | 'notTaken'
    | 'noPassword'
    | 'refresh'
    | 'toClub'
    | 'how'
    | 'noToken'
  > & {
    /** The how-manieth token of this page the hub has, and for how long it counts, such as `4:05`. */
    readonly token: (count: number, time: string) => string
  }
  readonly how: Says<'title' | 'lead' | 'see'> & {
    /** One for each file that the page shows. */
    readonly steps: readonly Says<'title' | 'text'>[]
  }
  readonly device: Says<
    | 'listTitle'
    | 'listLead'
    | 'none'
    | 'name'
    | 'open'
    | 'badName'
    | 'noScript'
    | 'toList'
    | 'presence'
    | 'here'
    | 'away'
    | 'battery'
    | 'orientation'
    | 'portrait'
    | 'landscape'
    | 'heard'
    | 'become'
    | 'stop'
    | 'becomeHint'
    | 'commands'
    | 'noCommands'
    | 'colour'
    | 'vibration'
    | 'life'
    | 'lifeHint'
    | 'notSent'
    | 'notAcknowledged'
    | 'curlTitle'
    | 'curlHint'
    | 'copy'
    | 'copied'
  > & {
    readonly title: (id: string) => string
    readonly charge: (isCharging: boolean, percent: number) => string
    readonly seconds: Counted
    readonly minutes: Counted
    readonly colours: Readonly<Record<Colour, string>>
    readonly vibrations: Readonly<Record<Vibration, string>>
    readonly statuses: Readonly<Record<CommandStatus, string>>
  }
  readonly news: Says<
    'title' | 'lead' | 'toList' | 'edited' | 'gone' | 'edit' | 'headline' | 'text' | 'save' | 'notSaved' | 'noScript'
  >
  readonly shop: Says<'title' | 'lead' | 'soldOut' | 'buy' | 'restock' | 'notDone' | 'noScript'> & {
    readonly price: (won: number) => string
    readonly inStock: Counted
    readonly bought: Counted
    readonly restocked: Counted
  }
  readonly market: Says<
    | 'title'
    | 'lead'
    | 'last'
    | 'selling'
    | 'buying'
    | 'trades'
    | 'order'
    | 'name'
    | 'visitor'
    | 'atPrice'
    | 'quantity'
    | 'buy'
    | 'sell'
    | 'cancel'
    | 'notPlaced'
    | 'noScript'
  > & {
    readonly price: Counted
    readonly times: Counted
    readonly between: (buyer: string, seller: string) => string
    readonly placed: (traded: number, waiting: number) => string
  }
  readonly machine: Says<
    | 'title'
    | 'waiting'
    | 'lead'
    | 'second'
    | 'processor'
    | 'system'
    | 'runtime'
    | 'running'
    | 'cpu'
    | 'allCores'
    | 'load'
    | 'memory'
    | 'used'
    | 'process'
    | 'delay'
    | 'median'
    | 'p99'
    | 'longest'
    | 'network'
    | 'received'
    | 'sent'
    | 'loopback'
    | 'noNetwork'
    | 'lastTwoMinutes'
  > & {
    readonly core: Counted
    readonly minutes: Counted
    readonly of: (total: string) => string
  }
  readonly transports: Says<
    'title' | 'lead' | 'start' | 'stop' | 'rate' | 'refused' | 'noScript' | 'countedTitle' | 'moreFigures'
  > & {
    readonly states: Says<'ready' | 'running' | 'stopped' | 'hidden'>
    readonly links: Says<'off' | 'connecting' | 'open' | 'waiting'>
    readonly places: Says<'first' | 'later' | 'before'>
    readonly figures: Says<
      'newest' | 'p50' | 'p99' | 'firsts' | 'requests' | 'bytes' | 'received' | 'missing' | 'doubled'
    >
    readonly counted: readonly string[]
    readonly laneSummary: (name: string, newest: number) => string
    /** By transport: what it is, when to choose it, and what a proxy can break. */
    readonly each: Readonly<
      Record<'websocket' | 'sse' | 'long-poll' | 'poll', Says<'name' | 'idea' | 'choose' | 'proxy'>>
    >
    readonly guide: Says<'title' | 'lead' | 'startFirst'> & {
      readonly columns: Says<'transport' | 'choose' | 'latency' | 'requests' | 'proxy' | 'cost'>
      readonly processor: (micros: number) => string
      /** By transport: how it does when a proxy breaks it. */
      readonly recovery: Says<'websocket' | 'sse' | 'long-poll' | 'poll'>
    }
    readonly measured: Says<'title' | 'repeat'> & {
      readonly lead: (node: string, cores: number, processor: string) => string
      readonly columns: Says<'transport' | 'oneAtATime' | 'inFlight' | 'idle' | 'proxy'>
      /** By transport: what was seen behind which proxy. */
      readonly proxies: Says<'websocket' | 'sse' | 'long-poll' | 'poll'>
    }
    readonly handshake: Says<'title' | 'lead' | 'show' | 'failed' | 'request' | 'answer'>
  }
  readonly compat: Says<'title' | 'lead' | 'noScript' | 'empty' | 'notSent' | 'different'> & {
    readonly links: Says<'connecting' | 'open' | 'waiting' | 'closed'>
    /** By kind of client: its name, and what it is. */
    readonly each: Readonly<Record<Kind, Says<'name' | 'means'>>>
    readonly heardBy: (name: string) => string
    readonly writeWith: (name: string) => string
    readonly sendWith: (name: string) => string
    readonly code: (name: string) => string
    readonly same: Counted
    /** Names, as a list. */
    readonly behind: (names: string) => string
  }
  readonly arena: ArenaWords
  readonly whiteboard: WhiteboardWords
  readonly compare: CompareWords
  readonly pagesRouter: PagesRouterWords
  readonly stream: StreamWords
  readonly inbox: InboxWords
  readonly write: WriteWords
  readonly drawer: Says<'title' | 'transport' | 'last' | 'none' | 'sent' | 'received'>
  readonly live: Says<
    | 'notYet'
    | 'wasAway'
    | 'nothingLost'
    | 'renderedNowhere'
    | 'renderedFromRows'
    | 'waiting'
    | 'handOver'
    | 'connection'
    | 'cached'
    | 'connecting'
    | 'connected'
    | 'gaveUp'
    | 'needsAuth'
    | 'closed'
    | 'outdated'
    | 'refused'
    | 'reconnect'
    | 'offline'
    | 'noNetwork'
    | 'disconnected'
    | 'kept'
    | 'pause'
    | 'resume'
    | 'paused'
    | 'sources'
    | 'utc'
  > & {
    readonly rendered: Counted
    readonly resumed: Counted
    readonly recovered: Counted
    readonly reset: (reason: string, offset: number) => string
    readonly firstLive: Counted
    readonly missing: Counted
    readonly retryIn: Counted
    readonly pageAge: (unit: 'seconds' | 'minutes' | 'hours', count: number) => string
    readonly caughtUp: (count: number, ms: number) => string
    readonly gotState: (ms: number) => string
    readonly lostSome: Counted
    readonly reasons: Readonly<Record<string, string>>
  }
}

/** A part of what the site says. */
export type Part = keyof Words

type Says<Names extends string> = Readonly<Record<Names, string>>
type Counted = (count: number) => string

const texts: Readonly<Record<Language, TextsOf<Words>>> = { en, ko }
const words: Readonly<Record<Language, Words>> = { en: inWords<Words>(en, 'en'), ko: inWords<Words>(ko, 'ko') }

/** What the site says in a language: on the server. In the browser, `useWords` has what its page was given. */
export function wordsIn(language: Language): Words {
  return words[language]
}

/** Some parts of it as data, for the browser. */
export function textsIn(language: Language, parts: readonly Part[]): Partial<TextsOf<Words>> {
  return Object.fromEntries(parts.map((part) => [part, texts[language][part]]))
}
