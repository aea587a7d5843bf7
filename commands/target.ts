import { z } from 'zod'
import { argument, askWhose, defineCommand, ownerArgument, readLevel, replyOf, symbolArgument, symbolOf } from '#command'

export default defineCommand({
  summary: 'Move or take away the target of a position',
  role: 'trader',
  confirm: 'live',
  aliases: ['tp'],
  examples: ['btc 30000', 'btc 10%', 'btc off rsi'],
  args: z.object({
    symbol: symbolArgument,
    level: argument('level', { description: 'a price, a distance above what was paid such as 10%, or off', hint: 'price|10%|off' }),
    owner: ownerArgument.optional(),
  }),
  async run(desk, { symbol: text, level, owner }, { person }) {
    const { symbol } = symbolOf(desk, text)
    const wished = readLevel(level)
    const question = await askWhose(desk, symbol, owner, whose => `target ${symbol} ${level} ${whose}`)
    if (question !== null) return question
    const { message } = await desk.setTarget(person.name, { symbol, owner: owner ?? null, level: wished })
    return replyOf([message], [{ label: 'Position', command: `positions ${symbol}` }])
  },
})
