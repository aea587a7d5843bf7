import { z } from 'zod'
import { askWhose, defineCommand, ownerArgument, replyOf, symbolArgument, symbolOf } from '#command'

export default defineCommand({
  summary: 'Close a position at the market, all of it',
  role: 'trader',
  confirm: 'live',
  aliases: ['c'],
  examples: ['btc', 'btc rsi'],
  args: z.object({ symbol: symbolArgument, owner: ownerArgument.optional() }),
  async run(desk, { symbol: text, owner }, { person }) {
    const { symbol } = symbolOf(desk, text)
    const question = await askWhose(desk, symbol, owner, whose => `close ${symbol} ${whose}`)
    if (question !== null) return question
    const { message } = await desk.sell(person.name, { symbol, owner: owner ?? null, amount: null })
    return replyOf([message], [{ label: 'Trades', command: `trades ${symbol}` }])
  },
})
