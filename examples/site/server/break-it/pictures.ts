import { type Board, blank, columns, ofBot, rows } from '../../channels/board.ts'

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

/** The next stroke towards a picture, column by column; `undefined` once it is there. */
export function nextStroke({ cells }: Pick<Board, 'cells'>, picture: readonly string[]): BotStroke | undefined {
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++) {
      const cell = row * columns + column
      const colour = picture[row]?.[column] === '#' ? ofBot : blank
      if ((cells[cell]?.[1] ?? blank) !== colour) return { cell, colour }
    }
  return undefined
}
