/**
 * What a file is by its own bytes. Strangers send these files, and their word for the type and the size is no proof:
 * an SVG or HTML can call itself a PNG, and a few kilobytes of PNG can unfold into a gigabyte of pixels. The first bytes
 * of a picture are no proof either: what says a size a second time, or stands behind the end, makes it none.
 */

/** What the header of a picture says. */
export interface PictureHeader {
  readonly mimeType: 'image/jpeg' | 'image/png' | 'image/webp'
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/** Reads the header of a whole JPEG, PNG or WebP, one still picture; `undefined` if it is none of them. */
export function pictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return pngHeader(view) ?? webpHeader(view) ?? jpegHeader(view)
}

/** The type of a sound file; `undefined` if it is none that browsers record. */
export function soundType(bytes: Uint8Array): 'audio/mp4' | 'audio/ogg' | 'audio/webm' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (has(view, 0, '\x1a\x45\xdf\xa3')) return 'audio/webm'
  if (has(view, 0, 'OggS')) return 'audio/ogg'
  return has(view, 4, 'ftyp') ? 'audio/mp4' : undefined
}

// PNG (ISO/IEC 15948) §5.2, §5.3 and §11.2: chunks of length, type, content and check, from IHDR to IEND.
function pngHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, '\x89PNG\r\n\x1a\n')) return undefined
  let size: Size | undefined
  let hasPixels = false
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const length = view.getUint32(at)
    const type = textAt(view, at + 4)
    if ((size === undefined) !== (type === 'IHDR') || framesOfPng.has(type)) return undefined
    if (type === 'IHDR') {
      if (length !== 13 || at + 12 + length > view.byteLength) return undefined
      size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
    }
    hasPixels ||= type === 'IDAT'
    if (type !== 'IEND') continue
    const isWhole = hasPixels && length === 0 && at + 12 === view.byteLength
    return isWhole && size ? { mimeType: 'image/png', ...size } : undefined
  }
  return undefined
}

/** The frames of an animation (PNG, third edition), which say their own size. */
const framesOfPng: ReadonlySet<string> = new Set(['acTL', 'fcTL', 'fdAT'])

// WebP (RFC 9649) §2.3 to §2.7: one image, or a canvas with one image and what belongs to it. The frames of an
// animation (§2.7.1.1) say their own size, and are not taken.
function webpHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, 'RIFF') || !has(view, 8, 'WEBP') || view.byteLength < 20) return undefined
  if (view.getUint32(4, true) + 8 !== view.byteLength) return undefined
  let canvas: Size | undefined
  let image: Size | undefined
  let at = 12
  while (at + 8 <= view.byteLength) {
    const type = textAt(view, at)
    const content = contentAt(view, at + 8, view.getUint32(at + 4, true))
    if (content === undefined) return undefined
    if (type === 'VP8X' && at === 12) canvas = canvasSize(content)
    else if (type === 'VP8 ' || type === 'VP8L') {
      if (image) return undefined
      image = type === 'VP8 ' ? lossySize(content) : losslessSize(content)
      if (!image) return undefined
    } else if (!canvas || !besidesWebpImage.has(type)) return undefined
    if (!canvas && !image) return undefined
    at += 8 + content.byteLength + (content.byteLength % 2)
  }
  if (at !== view.byteLength || !image) return undefined
  const isOne = !canvas || (canvas.width === image.width && canvas.height === image.height)
  return isOne ? { mimeType: 'image/webp', ...image } : undefined
}

const besidesWebpImage: ReadonlySet<string> = new Set(['ICCP', 'ALPH', 'EXIF', 'XMP '])

// RFC 9649 §2.7.
function canvasSize(content: DataView): Size | undefined {
  if (content.byteLength !== 10) return undefined
  const width = (content.getUint32(4, true) & 0xffffff) + 1
  return { width, height: (content.getUint32(6, true) >>> 8) + 1 }
}

// VP8 (RFC 6386) §9.1: a key frame.
function lossySize(content: DataView): Size | undefined {
  if (content.byteLength < 10 || (content.getUint8(0) & 1) !== 0 || !has(content, 3, '\x9d\x01\x2a')) return undefined
  return { width: content.getUint16(6, true) & 0x3fff, height: content.getUint16(8, true) & 0x3fff }
}

// RFC 9649 §3.4.
function losslessSize(content: DataView): Size | undefined {
  if (content.byteLength < 5 || !has(content, 0, '\x2f')) return undefined
  const bits = content.getUint32(1, true)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

// JPEG (ITU-T T.81) §B.1 and §B.2: segments, each with its length; behind the one that begins a scan its bytes, up to
// the next marker; at the end EOI. A second frame, or DNL, which says the height once more, is not among the markers.
function jpegHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, '\xff\xd8')) return undefined
  let size: Size | undefined
  let hasScan = false
  let at = 2
  while (at + 2 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    if (marker === 0xd9) {
      const isWhole = hasScan && at + 2 === view.byteLength
      return isWhole && size ? { mimeType: 'image/jpeg', ...size } : undefined
    }
    // A marker may be preceded by any number of these.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const segment = at + 4 <= view.byteLength ? contentAt(view, at + 2, view.getUint16(at + 2)) : undefined
    if (segment === undefined) return undefined
    // Baseline, extended and progressive; browsers show no others.
    if (marker >= 0xc0 && marker <= 0xc2) {
      if (size || segment.byteLength < 8) return undefined
      size = { width: segment.getUint16(5), height: segment.getUint16(3) }
    } else if (marker === 0xda ? !size : !besidesJpegFrame(marker)) return undefined
    at += 2 + segment.byteLength
    if (marker !== 0xda) continue
    hasScan = true
    at = scanEnd(view, at)
  }
  return undefined
}

/** Tables (DHT, DQT, DRI), what applications add (APP0 to APP15), and a comment. */
function besidesJpegFrame(marker: number): boolean {
  return [0xc4, 0xdb, 0xdd, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef)
}

/** Where the first marker behind the bytes of a scan stands; those that begin a new interval belong to the scan. */
function scanEnd(view: DataView, start: number): number {
  for (let at = start; at + 1 < view.byteLength; at++) {
    const next = view.getUint8(at + 1)
    if (view.getUint8(at) === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return view.byteLength
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Four characters, as PNG and RIFF name their chunks. */
function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)))
}

/** This many bytes; `undefined` if there are fewer. */
function contentAt(view: DataView, at: number, length: number): DataView | undefined {
  return at + length > view.byteLength ? undefined : new DataView(view.buffer, view.byteOffset + at, length)
}

/** Whether these bytes, written as characters, stand there. */
function has(view: DataView, at: number, bytes: string): boolean {
  if (at + bytes.length > view.byteLength) return false
  return [...bytes].every((byte, index) => view.getUint8(at + index) === byte.charCodeAt(0))
}
