import { z } from 'zod'
import { argument, askWhose, defineCommand, ownerArgument, readAmount, replyOf, symbolArgument, symbolOf } from '#command'

export default defineCommand({
  summary: 'Sell at the market, a part or all',
  role: 'trader',
  confirm: 'live',
  aliases: ['s'],
  examples: ['btc', 'eth 25%', 'btc 50 eur rsi'],
  args: z.object({
    symbol: symbolArgument,
    amount: argument('amount', { description: '0.01, "50 eur", 25%, half; else all' }).optional(),
    owner: ownerArgument.optional(),
  }),
  async run(desk, { symbol: text, amount, owner }, { person }) {
    const { symbol, base, quote } = symbolOf(desk, text)
    const wished = amount === undefined ? null : readAmount(amount, { base, quote })
    const question = await askWhose(desk, symbol, owner, whose =>
      ['sell', symbol, ...(amount === undefined ? [] : [amount]), whose].join(' '),
    )
    if (question !== null) return question
    const { message } = await desk.sell(person.name, { symbol, owner: owner ?? null, amount: wished })
    return replyOf([message], [{ label: 'Trades', command: `trades ${symbol}` }])
  },
})
