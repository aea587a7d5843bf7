import { z } from 'zod'
import { defineCommand, refresh, replyOf, table } from '#command'
import { add, type Money, zero } from '#domain/money.ts'
import { amountText, quantityText } from '#domain/show.ts'
import type { BalanceRow } from '#ports/desk.ts'

function rowsOf(balances: readonly BalanceRow[], quote: string): string[][] {
  const figure = (asset: string, value: Money): string => (value === 0n ? '-' : asset === quote ? amountText(value) : quantityText(value))
  return balances.map(({ asset, free, locked, value }) => [
    asset,
    figure(asset, free),
    figure(asset, locked),
    value === null ? 'n/a' : amountText(value),
  ])
}

export default defineCommand({
  summary: 'What the account has, asset by asset',
  role: 'viewer',
  aliases: ['bal'],
  args: z.object({}),
  async run(desk) {
    const [balances, { quote }] = await Promise.all([desk.balances(), desk.status()])
    if (balances.length === 0) return replyOf(['The account has nothing.'], [refresh('balance')])
    const total = balances.reduce((sum, { value }) => add(sum, value ?? zero()), zero<Money>())
    const unpriced = balances.some(({ value }) => value === null) ? ', without what has no price' : ''
    return replyOf(
      [table(['Asset', 'Free', 'Locked', quote], rowsOf(balances, quote), [1, 2, 3]), `Together ${amountText(total)} ${quote}${unpriced}.`],
      [refresh('balance')],
    )
  },
})
