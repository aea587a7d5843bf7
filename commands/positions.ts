import { z } from 'zod'
import { defineCommand, refresh, replyOf, symbolArgument, symbolOf, table } from '#command'
import { add, partOf, subtract } from '#domain/money.ts'
import { ageText, amountText, priceText, quantityText, signedPercentText, signedText } from '#domain/show.ts'
import type { Time } from '#domain/time.ts'
import type { PositionRow } from '#ports/desk.ts'

const MOST_BUTTONS = 6

const gain = ({ value, unrealised }: PositionRow): string => signedPercentText(partOf(unrealised, subtract(value, unrealised)))

const row = (position: PositionRow): string[] => [
  position.symbol,
  position.owner,
  amountText(position.value),
  gain(position),
  priceText(position.stop),
]

function details(position: PositionRow, now: Time): string {
  const { symbol, owner, base, quote, quantity, paid, last, value, unrealised, stop, target, trailing, openedAt, leaving } = position
  return [
    `${symbol} of ${owner}, held for ${ageText(now - openedAt)}`,
    `${quantityText(quantity)} ${base}, paid ${priceText(paid)}, now ${priceText(last)}`,
    `Worth ${amountText(value)} ${quote}, ${signedText(unrealised)} (${gain(position)})`,
    `Stop ${priceText(stop)}${trailing > 0n ? ` trailing by ${priceText(trailing)}` : ''}, target ${priceText(target)}`,
    ...(leaving === null ? [] : [`Being sold: ${leaving}`]),
  ].join('\n')
}

function totals(positions: readonly PositionRow[]): string {
  const byQuote = new Map<string, Pick<PositionRow, 'value' | 'unrealised'>>()
  for (const { quote, value, unrealised } of positions) {
    const before = byQuote.get(quote)
    byQuote.set(
      quote,
      before === undefined ? { value, unrealised } : { value: add(before.value, value), unrealised: add(before.unrealised, unrealised) },
    )
  }
  return [...byQuote]
    .map(([quote, { value, unrealised }]) => `Worth ${amountText(value)} ${quote}, open profit ${signedText(unrealised)}.`)
    .join('\n')
}

function overview(positions: readonly PositionRow[]): (string | ReturnType<typeof table>)[] {
  const bare = positions.filter(({ stop }) => stop === 0n).map(({ symbol, owner }) => `${symbol} of ${owner}`)
  const leaving = positions.flatMap(({ symbol, owner, leaving }) =>
    leaving === null ? [] : [`${symbol} of ${owner} is being sold: ${leaving}`],
  )
  return [
    table(['Symbol', 'Owner', 'Value', 'Profit', 'Stop'], positions.map(row), [2, 3, 4]),
    [totals(positions), ...(bare.length === 0 ? [] : [`Without a stop: ${bare.join(', ')}.`]), ...leaving].join('\n'),
  ]
}

export default defineCommand({
  summary: 'What is held, with its stop; more with a symbol',
  role: 'viewer',
  aliases: ['pos'],
  examples: ['', 'btc'],
  args: z.object({ symbol: symbolArgument.optional() }),
  async run(desk, { symbol: text }) {
    const symbol = text === undefined ? null : symbolOf(desk, text).symbol
    const again = refresh(symbol === null ? 'positions' : `positions ${symbol}`)
    const [all, { time }] = await Promise.all([desk.positions(), desk.status()])
    const positions = all.filter(position => symbol === null || position.symbol === symbol)
    if (positions.length === 0) return replyOf([symbol === null ? 'Nothing is held.' : `Nothing of ${symbol} is held.`], [again])
    const closes = positions
      .slice(0, MOST_BUTTONS)
      .map(({ symbol, owner }) => ({ label: `Close ${symbol} ${owner}`, command: `close ${symbol} ${owner}` }))
    const parts = symbol === null ? overview(positions) : positions.map(position => details(position, time))
    return replyOf(parts, [...closes, again])
  },
})
