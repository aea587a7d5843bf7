import { z } from 'zod'
import { defineCommand, refresh, replyOf, table } from '#command'
import { amountText, percentText } from '#domain/show.ts'
import type { ExposureRow } from '#ports/desk.ts'

const row = ({ name, kind, value, share, limit }: ExposureRow): string[] => [
  kind === 'allocation' ? `${name} (own)` : name,
  amountText(value),
  percentText(share, 1),
  limit === null ? '-' : percentText(limit, 1),
]

export default defineCommand({
  summary: 'How much of equity is in what, and the limits',
  role: 'viewer',
  aliases: ['exp'],
  args: z.object({}),
  async run(desk) {
    const [rows, { equity, quote }] = await Promise.all([desk.exposure(), desk.status()])
    const head = `Equity ${amountText(equity)} ${quote}.`
    if (rows.length === 0) return replyOf([`${head} Nothing is held or on order.`], [refresh('exposure')])
    const full = rows.filter(({ share, limit }) => limit !== null && share >= limit).map(({ name }) => name)
    const own = rows.some(({ kind }) => kind === 'allocation')
    const apart = own ? ["(own): a strategy's own allocation, not counted in the symbols and assets above."] : []
    const warning = full.length === 0 ? [] : [`At the limit: ${full.join(', ')}.`]
    return replyOf([head, table(['Name', quote, 'Share', 'Limit'], rows.map(row), [1, 2, 3]), ...apart, ...warning], [refresh('exposure')])
  },
})
