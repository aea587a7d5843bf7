/** Draws answers for Telegram: HTML, since that needs three signs escaped where Markdown needs eighteen. */
import type { InlineKeyboardButton } from 'grammy/types'
import type { Block, Button, Reply } from '#domain/message.ts'
import { gridOf, partsOf, stacked } from '#domain/phone-table.ts'
import { AGAIN, PRESS } from './updates.ts'

/** Most visible characters of a message that we send; Telegram takes 4096. */
export const MOST = 3_500
const MOST_DATA = 64
const IN_A_ROW = 2

/** Text that shows as it is. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A piece of a message: how long it shows, and its HTML. */
interface Piece {
  readonly length: number
  readonly html: string
}

function piecesOf(block: Block): Piece[] {
  if (block.kind === 'text') return partsOf(block.text, MOST).map(text => ({ length: text.length, html: escaped(text) }))
  const grid = gridOf(block)
  if (grid !== null) return partsOf(grid, MOST).map(text => ({ length: text.length, html: `<pre>${escaped(text)}</pre>` }))
  return stacked(block).map(({ title, figures }) => ({
    length: title.length + 1 + figures.length,
    html: `<b>${escaped(title)}</b>\n${escaped(figures)}`,
  }))
}

/** An answer as the messages that it takes, in HTML. There is at least one. */
export function htmlOf({ blocks }: Reply): string[] {
  const messages: string[] = []
  let [html, length] = ['', 0]
  for (const piece of blocks.flatMap(piecesOf)) {
    if (length > 0 && length + 2 + piece.length > MOST) {
      messages.push(html)
      ;[html, length] = ['', 0]
    }
    html += length === 0 ? piece.html : `\n\n${piece.html}`
    length += piece.length + 2
  }
  return html.trim() === '' ? [...messages, ...(messages.length === 0 ? ['Nothing.'] : [])] : [...messages, html]
}

const keyOf = ({ label, command, again }: Button): InlineKeyboardButton[] => {
  const data = `${again === true ? AGAIN : PRESS}${command}`
  // a command too long for a button can still be typed
  return Buffer.byteLength(data) > MOST_DATA ? [] : [{ text: label, callback_data: data }]
}

/** Buttons in rows. */
export function keyboardOf({ buttons }: Reply): InlineKeyboardButton[][] {
  const keys = buttons.flatMap(keyOf)
  return Array.from({ length: Math.ceil(keys.length / IN_A_ROW) }, (_, row) => keys.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW))
}
