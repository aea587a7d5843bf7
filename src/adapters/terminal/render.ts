import Table from 'cli-table3'
import type { Block, Reply } from '#domain/message.ts'
import { harmless, type Paint, paintFigures } from './paint.ts'

const sides = ['top', 'bottom', 'left', 'right'].flatMap(side => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
const chars = Object.fromEntries(
  [...sides, 'mid', 'mid-mid', 'left-mid', 'right-mid', 'middle'].map(name => [name, name === 'middle' ? '  ' : '']),
)

function drawTable({ head, rows, right }: Extract<Block, { kind: 'table' }>, paint: Paint): string {
  const drawn = new Table({
    head: head.map(name => paint('quiet', harmless(name))),
    colAligns: head.map((_, column) => (right.includes(column) ? 'right' : 'left')),
    chars,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  for (const row of rows) drawn.push(row.map(cell => paintFigures(harmless(cell), paint)))
  return drawn
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
}

const drawText = (text: string, paint: Paint): string =>
  text
    .split('\n')
    .map(line => paintFigures(harmless(line), paint))
    .join('\n')

/** An answer as lines of text. Buttons are the commands that one may type next. */
export function render({ blocks, buttons }: Reply, paint: Paint): string {
  const parts = blocks.map(block => (block.kind === 'text' ? drawText(block.text, paint) : drawTable(block, paint)))
  const next = buttons.filter(({ again }) => again !== true).map(({ command }) => harmless(command))
  return [...parts, ...(next.length === 0 ? [] : [paint('quiet', `next: ${next.join(' | ')}`)])].join('\n')
}
