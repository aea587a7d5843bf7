/** Draws answers for Discord: plain messages, tables in code blocks. */
import { type APIActionRowComponent, type APIButtonComponentWithCustomId, ButtonStyle, ComponentType, escapeMarkdown } from 'discord.js'
import type { Block, Button, Reply } from '#domain/message.ts'
import { gridOf, partsOf, stacked } from '#domain/phone-table.ts'
import { AGAIN, PRESS } from './interactions.ts'

const MOST_CONTENT = 2_000
const MOST_ID = 100
const MOST_LABEL = 80
const IN_A_ROW = 5
const ROWS = 5
/** Most characters of a text whose escaped form surely fits a message: each may become two. */
export const MOST = MOST_CONTENT / 2 - 10

/** Text that shows as it is, and calls nobody. */
export const escaped = (text: string): string =>
  escapeMarkdown(text, { heading: true, bulletedList: true, numberedList: true, maskedLink: true }).replaceAll('<', '\\<')

// a block of code ends at three backticks, wherever they are
const code = (text: string): string => `\`\`\`\n${text.replaceAll('`', 'ˋ')}\n\`\`\``

function piecesOf(block: Block): string[] {
  if (block.kind === 'text') return partsOf(block.text, MOST).map(escaped)
  const grid = gridOf(block)
  if (grid !== null) return partsOf(grid, MOST).map(code)
  return stacked(block).map(({ title, figures }) => `**${escaped(title)}**\n${escaped(figures)}`)
}

/** An answer as the messages that it takes. There is at least one. */
export function contentsOf({ blocks }: Reply): string[] {
  const contents: string[] = []
  let content = ''
  for (const piece of blocks.flatMap(piecesOf)) {
    if (content !== '' && content.length + 1 + piece.length > MOST_CONTENT) {
      contents.push(content)
      content = ''
    }
    content += content === '' ? piece : `\n${piece}`
  }
  return content.trim() === '' ? [...contents, ...(contents.length === 0 ? ['Nothing.'] : [])] : [...contents, content]
}

const buttonOf = ({ label, command, again }: Button): APIButtonComponentWithCustomId => ({
  type: ComponentType.Button,
  style: ButtonStyle.Secondary,
  label: label.slice(0, MOST_LABEL),
  custom_id: `${again === true ? AGAIN : PRESS}${command}`,
})

/** Buttons in rows; an id may stand there once, and a command too long for one can still be typed. */
export function rowsOf({ buttons }: Reply): APIActionRowComponent<APIButtonComponentWithCustomId>[] {
  const all = new Map(buttons.map(buttonOf).map(button => [button.custom_id, button]))
  const fitting = [...all.values()].filter(({ custom_id: id }) => id.length <= MOST_ID).slice(0, IN_A_ROW * ROWS)
  return Array.from({ length: Math.ceil(fitting.length / IN_A_ROW) }, (_, row) => ({
    type: ComponentType.ActionRow,
    components: fitting.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW),
  }))
}
