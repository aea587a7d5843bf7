import { z } from 'zod'
import { argument, askWhose, defineCommand, ownerArgument, readStop, replyOf, symbolArgument, symbolOf } from '#command'

export default defineCommand({
  summary: 'Move or take away the stop of a position',
  role: 'trader',
  confirm: 'live',
  aliases: ['sl'],
  examples: ['btc 24000', 'btc 3%', 'btc off rsi'],
  args: z.object({
    symbol: symbolArgument,
    level: argument('level', { description: 'a price, a distance below what was paid such as 3%, or off', hint: 'price|3%|off' }),
    owner: ownerArgument.optional(),
  }),
  async run(desk, { symbol: text, level, owner }, { person }) {
    const { symbol } = symbolOf(desk, text)
    const wished = readStop(level)
    const question = await askWhose(desk, symbol, owner, whose => `stoploss ${symbol} ${level} ${whose}`)
    if (question !== null) return question
    const { message } = await desk.setStop(person.name, { symbol, owner: owner ?? null, level: wished })
    return replyOf([message], [{ label: 'Position', command: `positions ${symbol}` }])
  },
})
