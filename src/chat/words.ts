/** Splits what a person typed into words: `50 eur` stays two words, "quoted text" is one, `stop=3%` has a key. */
import { UsageError } from '#command'

/** A word of a command. */
export interface Word {
  readonly text: string
  /** The name before a `=`; null for a plain word. */
  readonly key: string | null
  readonly quoted: boolean
}

// Phones write typographic quotes.
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '”': '”', '„': '“', '‘': '’' }
const KEY = /^([a-z][\w-]*)\s*=\s*/i

/** Reads all words of a text. Throws UsageError where a quote is not closed or a key has no value. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  let rest = text.trim()
  while (rest !== '') {
    const key = KEY.exec(rest)
    if (key !== null) rest = rest.slice(key[0].length)
    const closing = QUOTES[rest[0] ?? '']
    const end = closing === undefined ? rest.search(/\s|$/) : rest.indexOf(closing, 1)
    if (end === -1) throw new UsageError(`the quote before ${rest.slice(1, 20)} is not closed`)
    if (key !== null && end === 0) throw new UsageError(`nothing stands after ${key[1]}=`)
    words.push({ text: rest.slice(closing === undefined ? 0 : 1, end), key: key?.[1] ?? null, quoted: closing !== undefined })
    rest = rest.slice(closing === undefined ? end : end + 1).trim()
  }
  return words
}

/** How many letters have to be changed, added, dropped or swapped with their neighbour to make one word of another. */
export function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= from.length; row++) {
    const cells = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      let cell = Math.min(cells[column - 1]! + 1, rows[row - 1]![column]! + 1, rows[row - 1]![column - 1]! + same)
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1])
        cell = Math.min(cell, rows[row - 2]![column - 2]! + 1)
      cells.push(cell)
    }
    rows.push(cells)
  }
  return rows[from.length]![to.length]!
}
