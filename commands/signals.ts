import { z } from 'zod'
import { count, defineCommand, refresh, replyOf, symbolArgument, symbolOf } from '#command'
import { decisionText } from '#domain/show.ts'

const MOST_BUTTONS = 4

export default defineCommand({
  summary: 'The last decisions, the denied ones too',
  role: 'viewer',
  aliases: ['sig'],
  examples: ['', 'btc', 'btc 20'],
  args: z.object({ symbol: symbolArgument.optional(), count: count(5) }),
  async run(desk, { symbol: text, count: limit }) {
    const symbol = text === undefined ? null : symbolOf(desk, text).symbol
    const decisions = await desk.decisions({ ...(symbol === null ? {} : { symbol }), limit })
    const again = refresh(symbol === null ? `signals ${limit}` : `signals ${symbol} ${limit}`)
    if (decisions.length === 0) return replyOf([`Nothing was decided${symbol === null ? '' : ` about ${symbol}`} yet.`], [again])
    const symbols = [...new Set(decisions.map(decision => decision.symbol))].slice(0, MOST_BUTTONS)
    const whys = symbols.map(about => ({ label: `Why ${about}`, command: `why ${about}` }))
    return replyOf(decisions.map(decisionText), [...whys, again])
  },
})
