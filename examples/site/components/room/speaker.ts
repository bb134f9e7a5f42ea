import type { Words } from '../../i18n/words.ts'

/** Who said something: a name of their own choice, and who the server knows it was. */
export interface Speaker {
  readonly name?: string | undefined
  readonly by?: string | undefined
}

/** What a speaker is called. Two guests without a name can still be told apart. */
export function speakerName({ name, by }: Speaker, { guest }: Pick<Words['room'], 'guest'>): string {
  return name ?? (by === undefined ? guest : `${guest} ${by.slice(0, 4)}`)
}

/** Whether both are known to come from one browser under one name; what nobody knows is not merged. */
export function isSameSpeaker(a: Speaker | undefined, b: Speaker): boolean {
  return a !== undefined && a.by !== undefined && a.by === b.by && a.name === b.name
}
