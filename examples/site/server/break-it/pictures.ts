import { type Board, blank, columns, newestOf, ofBot, ofVisitor, rows } from '../../channels/board.ts'

/** What the bot draws, one after the other: as many lines and signs as the board has rows and columns. */
export const pictures: readonly (readonly string[])[] = [
  [
    '........................',
    '..#...#..#.....#######..',
    '..#...#..#...........#..',
    '..#####..#.....#######..',
    '..#...#..###...#........',
    '..#...#..#.....#######..',
    '..#####..#........#.....',
    '.........#........#.....',
    '.........#...#########..',
    '........................',
  ],
  [
    '........................',
    '.##.....................',
    '.##.....................',
    '.#####..####..#.##..###.',
    '.##..##.....#.##...#...#',
    '.##..##..####.#....#...#',
    '.##..##.#...#.#....#...#',
    '.#####...####.#.....###.',
    '........................',
    '........................',
  ],
  [
    '.......###....###.......',
    '......#####..#####......',
    '.....##############.....',
    '.....##############.....',
    '......############......',
    '.......##########.......',
    '........########........',
    '..........####..........',
    '...........##...........',
    '........................',
  ],
]

/** One stroke of the bot. */
export interface BotStroke {
  readonly cell: number
  readonly colour: typeof blank | typeof ofBot
}

/** What a visitor has painted, the bot leaves alone for so many strokes: two minutes, or more. */
const leftAlone = 240

/** The next stroke towards a picture, column by column; `undefined` once it is there. */
export function nextStroke(board: Board, picture: readonly string[]): BotStroke | undefined {
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++) {
      const cell = row * columns + column
      const colour = picture[row]?.[column] === '#' ? ofBot : blank
      const [offset, now] = board.cells[cell] ?? [0, blank]
      const isLeftAlone = now === ofVisitor && offset > newestOf(board) - leftAlone
      if (now !== colour && !isLeftAlone) return { cell, colour }
    }
  return undefined
}
