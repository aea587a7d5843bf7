import { z } from 'zod'
import { count, defineCommand, refresh, replyOf, symbolArgument, symbolOf } from '#command'
import { fillText } from '#domain/show.ts'
import { formatTime } from '#domain/time.ts'
import type { TradeRow } from '#ports/store.ts'

const describe = (trade: TradeRow): string =>
  `${formatTime(trade.fill.time)} ${trade.fill.side} ${trade.fill.symbol} ${trade.owner}\n  ${fillText(trade)}\n  ${trade.reason}`

export default defineCommand({
  summary: 'The last trades, newest first',
  role: 'viewer',
  aliases: ['t', 'fills'],
  examples: ['', 'btc', 'btc 20'],
  args: z.object({ symbol: symbolArgument.optional(), count: count(5) }),
  async run(desk, { symbol: text, count: limit }) {
    const symbol = text === undefined ? null : symbolOf(desk, text).symbol
    const trades = await desk.trades({ ...(symbol === null ? {} : { symbol }), limit })
    const again = refresh(symbol === null ? `trades ${limit}` : `trades ${symbol} ${limit}`)
    if (trades.length === 0) return replyOf([`There are no trades${symbol === null ? '' : ` of ${symbol}`} yet.`], [again])
    return replyOf(trades.map(describe), [again])
  },
})
