import * as z from 'zod/mini'
import { pictureHeader, soundType } from './first-bytes.ts'

/** The longest side of a picture, in pixels. */
export const maxPictureSidePx = 320
/** Together with its JSON form, which is a third longer, within the 64 KiB that a hub takes of a client by default. */
export const maxPictureBytes = 24 << 10
export const maxAltLength = 100
export const maxVoiceBytes = 32 << 10
export const maxVoiceMs = 5_000

const side = z.int().check(z.minimum(1), z.maximum(maxPictureSidePx))

/** A picture in a room, as small as a browser makes it before it is sent. */
export const picture = z
  .object({
    image: bytes(maxPictureBytes),
    mimeType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
    /** What the file was called. */
    alt: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(maxAltLength))),
    /** In pixels, for the page to keep its place. */
    width: side,
    height: side,
  })
  .check(
    z.refine(({ image, mimeType, width, height }) => {
      const header = pictureHeader(image)
      return header?.mimeType === mimeType && header.width === width && header.height === height
    }, 'The image is not of the type and the size it claims.'),
  )

/** A few seconds of speech. */
export const voice = z
  .object({
    sound: bytes(maxVoiceBytes),
    mimeType: z.enum(['audio/mp4', 'audio/ogg', 'audio/webm']),
    /** A recorder stops when its browser comes to it, which is late in a tab that nobody looks at. */
    durationMs: z.int().check(z.minimum(1), z.maximum(2 * maxVoiceMs)),
  })
  .check(z.refine(({ sound, mimeType }) => soundType(sound) === mimeType, 'The sound is not of the type it claims.'))

function bytes(maxBytes: number) {
  return z
    .instanceof(Uint8Array<ArrayBuffer>)
    .check(z.refine(({ length }) => length > 0 && length <= maxBytes, `At most ${maxBytes} bytes.`))
}

export type Picture = z.infer<typeof picture>
export type Voice = z.infer<typeof voice>
