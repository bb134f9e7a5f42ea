/**
 * What a file is by its first bytes. Strangers send these files, and their word for the type and the size is no proof:
 * an SVG or HTML can call itself a PNG, and a few kilobytes of PNG can unfold into a gigabyte of pixels.
 */

/** What the header of a picture says. */
export interface PictureHeader {
  readonly mimeType: 'image/jpeg' | 'image/png' | 'image/webp'
  /** In pixels. */
  readonly width: number
  readonly height: number
}

/** Reads the header of a JPEG, PNG or WebP; `undefined` if it is none of them. */
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

// PNG (ISO/IEC 15948) §5.2 and §11.2.2.
function pngHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, '\x89PNG\r\n\x1a\n') || !has(view, 12, 'IHDR') || view.byteLength < 24) return undefined
  return { mimeType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

// WebP (RFC 9649) §2.5 to §2.7 and §3.4, and VP8 (RFC 6386) §9.1.
function webpHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, 'RIFF') || !has(view, 8, 'WEBP') || view.byteLength < 30) return undefined
  const mimeType = 'image/webp'
  if (has(view, 12, 'VP8 ') && has(view, 23, '\x9d\x01\x2a'))
    return { mimeType, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (has(view, 12, 'VP8L') && has(view, 20, '\x2f')) {
    const bits = view.getUint32(21, true)
    return { mimeType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (has(view, 12, 'VP8X'))
    return {
      mimeType,
      width: (view.getUint32(24, true) & 0xffffff) + 1,
      height: (view.getUint32(26, true) >>> 8) + 1,
    }
  return undefined
}

// JPEG (ITU-T T.81) §B.1 and §B.2: segments, each with its length, up to the one that begins the frame.
function jpegHeader(view: DataView): PictureHeader | undefined {
  if (!has(view, 0, '\xff\xd8\xff')) return undefined
  for (let at = 2; at + 9 <= view.byteLength && has(view, at, '\xff'); at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1)
    // Baseline, extended and progressive; browsers show no others.
    if (marker >= 0xc0 && marker <= 0xc2)
      return { mimeType: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
  }
  return undefined
}

/** Whether these bytes, written as characters, stand there. */
function has(view: DataView, at: number, bytes: string): boolean {
  if (at + bytes.length > view.byteLength) return false
  return [...bytes].every((byte, index) => view.getUint8(at + index) === byte.charCodeAt(0))
}
