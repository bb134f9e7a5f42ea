import type { Publication } from '../publication.ts'
import { type Field, json, listOf, optional, text, whole } from './shape.ts'

/** A list of publications, as several messages carry it. */
export const publicationList: Field<readonly Publication[]> = listOf<Publication>({
  type: text,
  payload: json,
  offset: whole,
  id: text,
  time: whole,
  by: optional(text),
})
