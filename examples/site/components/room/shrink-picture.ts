import { maxAltLength, maxPictureBytes, maxPictureSidePx, type Picture } from '../../channels/attachments.ts'

/** Width and height, in pixels. */
interface Size {
  readonly width: number
  readonly height: number
}

/** Makes a picture small enough for a message; `undefined` if the file is none that this browser can read. */
export async function shrinkPicture(file: File): Promise<Picture | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  try {
    const encoded = await encodeWithin(bitmap)
    return encoded && { ...encoded, alt: nameOf(file) }
  } finally {
    bitmap.close()
  }
}

/** The size of a picture once its longest side is at most `maxSide`; it never grows. */
export function fitted({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

// First with less detail, then smaller: a single pixel always fits.
async function encodeWithin(bitmap: ImageBitmap): Promise<Picture | undefined> {
  for (let side = maxPictureSidePx; side >= 1; side /= 2) {
    const size = fitted(bitmap, side)
    const canvas = draw(bitmap, size)
    for (const quality of [0.85, 0.7, 0.5]) {
      const encoded = (await encode(canvas, 'image/webp', quality)) ?? (await encode(canvas, 'image/jpeg', quality))
      if (encoded && encoded.image.length <= maxPictureBytes) return { ...encoded, ...size }
    }
  }
  return undefined
}

/** What the file was called; browsers call an image that is pasted `image.png`, which says nothing. */
function nameOf({ name }: File): string | undefined {
  return /^image\.\w+$/.test(name) ? undefined : name.trim().slice(0, maxAltLength) || undefined
}

function draw(bitmap: ImageBitmap, { width, height }: Size): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser draws no pictures.')
  // What is transparent would be black as JPEG, and black lines vanish on a dark page.
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, width, height)
  return canvas
}

/** `undefined` if this browser cannot write that type: then it has written PNG. */
async function encode(
  canvas: HTMLCanvasElement,
  mimeType: Picture['mimeType'],
  quality: number,
): Promise<Pick<Picture, 'image' | 'mimeType'> | undefined> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, mimeType, quality))
  return blob?.type === mimeType ? { image: new Uint8Array(await blob.arrayBuffer()), mimeType } : undefined
}
