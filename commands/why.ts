import { z } from 'zod'
import { count, defineCommand, refresh, replyOf, symbolArgument, symbolOf } from '#command'
import type { Decision } from '#domain/journal.ts'
import { decisionText, numberText } from '#domain/show.ts'

function explain(decision: Decision): string {
  const values = Object.entries(decision.values ?? {}).map(([name, value]) => `${name} ${numberText(value)}`)
  return values.length === 0 ? decisionText(decision) : `${decisionText(decision)}\n  values: ${values.join(', ')}`
}

export default defineCommand({
  summary: 'Why a symbol was bought, sold or left alone',
  role: 'viewer',
  aliases: ['w'],
  examples: ['btc', 'btc 10'],
  args: z.object({ symbol: symbolArgument, count: count(3) }),
  async run(desk, { symbol: text, count: limit }) {
    const { symbol } = symbolOf(desk, text)
    const decisions = await desk.decisions({ symbol, limit })
    const again = refresh(`why ${symbol} ${limit}`)
    if (decisions.length === 0) return replyOf([`Nothing was decided about ${symbol} yet.`], [again])
    return replyOf(decisions.map(explain), [again])
  },
})
