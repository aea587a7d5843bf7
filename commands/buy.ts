import { z } from 'zod'
import { argument, defineCommand, readAmount, readLevel, readStop, replyOf, symbolArgument, symbolOf, UsageError } from '#command'

function priceOf(text: string): number {
  const level = readLevel(text)
  if (level?.kind !== 'price') throw new UsageError(`"${text}" is not a price: write limit=25000`)
  return level.price
}

export default defineCommand({
  summary: 'Buy at the market, or at a limit',
  role: 'trader',
  confirm: 'live',
  aliases: ['b'],
  examples: ['btc 50 eur', 'btc 0.01 stop=3%', 'eth 5% limit=1500 target=10%'],
  args: z.object({
    symbol: symbolArgument,
    amount: argument('amount', { description: '0.01, "50 eur", or 5% of equity; else the usual size' }).optional(),
    limit: argument('price', { description: 'the highest price to pay', named: true, hint: 'price' }).optional(),
    stop: argument('level', { description: 'a price, or a distance such as 3%; else the usual stop', named: true, hint: '3%' }).optional(),
    target: argument('level', { description: 'a price, or a distance such as 10%', named: true, hint: '10%' }).optional(),
  }),
  async run(desk, { symbol: text, amount, limit, stop, target }, { person }) {
    const { symbol, base, quote } = symbolOf(desk, text)
    const stopLevel = stop === undefined ? null : readStop(stop)
    // Nothing stands for the usual stop, so that "off" would quietly do the opposite of what it says.
    if (stop !== undefined && stopLevel === null)
      throw new UsageError(`a buy begins with a stop; take it away afterwards with: stoploss ${symbol} off`)
    const { message } = await desk.buy(person.name, {
      symbol,
      amount: amount === undefined ? null : readAmount(amount, { base, quote }),
      limit: limit === undefined ? null : priceOf(limit),
      stop: stopLevel,
      target: target === undefined ? null : readLevel(target),
    })
    return replyOf([message], [{ label: 'Positions', command: 'positions' }])
  },
})
