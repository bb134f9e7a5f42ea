import { boardHeight, boardWidth, type Ink, type Stroke } from '../../channels/whiteboard.ts'
import { pathOf } from './line.ts'

/** On white paper, whatever the theme. */
const colours: Readonly<Record<Ink, string>> = {
  ink: '#1d1e20',
  red: '#d33a2f',
  orange: '#e58a1f',
  green: '#2f9e5b',
  blue: '#2f6fd3',
  violet: '#8a4fd0',
}

/** The board as an SVG file. Numbers and names of inks are all that is in a stroke, so nothing has to be escaped. */
export function svgOf(strokes: readonly Stroke[]): Blob {
  const paths = strokes.map(
    ({ ink, width, points }) => `<path stroke="${colours[ink]}" stroke-width="${width}" d="${pathOf(points)}"/>`,
  )
  const attributes = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${boardWidth} ${boardHeight}"`
  const drawn = `<g fill="none" stroke-linecap="round" stroke-linejoin="round">${paths.join('')}</g>`
  return new Blob([`<svg ${attributes}><rect width="100%" height="100%" fill="#fff"/>${drawn}</svg>`], {
    type: 'image/svg+xml',
  })
}

/** The board as a PNG file; `null` if the browser makes none. */
export function pngOf(strokes: readonly Stroke[]): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: boardWidth, height: boardHeight })
  const context = canvas.getContext('2d')
  if (!context) return Promise.resolve(null)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, boardWidth, boardHeight)
  Object.assign(context, { lineCap: 'round', lineJoin: 'round' })
  for (const { ink, width, points } of strokes) {
    Object.assign(context, { strokeStyle: colours[ink], lineWidth: width })
    context.stroke(new Path2D(pathOf(points)))
  }
  return new Promise((resolve) => canvas.toBlob(resolve))
}

/** Gives the visitor a file. */
export function download(file: Blob | null, name: string): void {
  if (!file) return
  const link = document.createElement('a')
  Object.assign(link, { href: URL.createObjectURL(file), download: name })
  link.click()
  URL.revokeObjectURL(link.href)
}
