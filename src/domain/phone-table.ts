/** Tables on a phone: a grid where it is narrow enough, else each row as a few lines. */
import type { Block } from './message.ts'

/** About what a phone shows of a monospaced line. */
const PHONE_COLUMNS = 36
const GAP = '  '

type Table = Extract<Block, { kind: 'table' }>

const widthOf = (text: string): number => [...text].length
const padded = (text: string, width: number, right: boolean): string => {
  const room = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? room + text : text + room
}

/** A table as monospaced lines, or null where these would be too wide for a phone. */
export function gridOf({ head, rows, right }: Table): string | null {
  const widths = head.map((name, column) => Math.max(widthOf(name), ...rows.map(row => widthOf(row[column] ?? ''))))
  if (widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) > PHONE_COLUMNS) return null
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => padded(cell, widths[column] ?? 0, right.includes(column)))
      .join(GAP)
      .trimEnd()
  return [head, ...rows].map(lineOf).join('\n')
}

/** A row of a wide table: what it is about (the columns that hold no figures), and its figures with their names. */
export interface Stacked {
  readonly title: string
  readonly figures: string
}

/** The rows of a table that is too wide, one by one. */
export const stacked = ({ head, rows, right }: Table): readonly Stacked[] =>
  rows.map(row => ({
    title: row.filter((cell, column) => !right.includes(column) && cell !== '').join(' · '),
    figures: row
      .map((cell, column) => ({ cell, column }))
      .filter(({ cell, column }) => right.includes(column) && cell !== '')
      .map(({ cell, column }) => `${head[column]} ${cell}`)
      .join(' · '),
  }))

/** Splits a text at its lines (or within one, where it must) into parts of at most so many characters. */
export function partsOf(text: string, most: number): string[] {
  const parts: string[] = []
  let part = ''
  for (const line of text.split('\n').flatMap(one => chunksOf(one, most))) {
    if (part !== '' && part.length + 1 + line.length > most) {
      parts.push(part)
      part = line
    } else part = part === '' ? line : `${part}\n${line}`
  }
  return part === '' ? parts : [...parts, part]
}

const chunksOf = (line: string, most: number): string[] =>
  line.length <= most ? [line] : Array.from({ length: Math.ceil(line.length / most) }, (_, at) => line.slice(at * most, (at + 1) * most))
