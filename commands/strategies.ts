import { z } from 'zod'
import { defineCommand, replyOf, table } from '#command'
import type { StrategyRow } from '#ports/desk.ts'

const MOST_BUTTONS = 8

const row = ({ name, enabled, timeframe, symbols, trouble }: StrategyRow): string[] => [
  name,
  trouble !== null ? 'trouble' : enabled ? 'on' : 'off',
  timeframe,
  symbols.length > 2 ? `${symbols.length} symbols` : symbols.join(', '),
]

export default defineCommand({
  summary: 'Which strategies run, and where',
  role: 'viewer',
  args: z.object({}),
  async run(desk) {
    const all = await desk.strategies()
    if (all.length === 0) return replyOf(['No strategy is loaded.'])
    const troubles = all.flatMap(({ name, trouble }) => (trouble === null ? [] : [`${name}: ${trouble}`]))
    return replyOf(
      [table(['Name', 'State', 'Candles', 'Symbols'], all.map(row)), ...troubles],
      all.slice(0, MOST_BUTTONS).map(({ name }) => ({ label: name, command: `strategy ${name}` })),
    )
  },
})
