/** The summary of a demo: what was traded, and what came of it. */
import { render } from '#adapters/terminal/render.ts'
import { paintFor } from '#adapters/terminal/paint.ts'
import { replyOf, table } from '#command'
import { type Money, subtract, toNumber } from '#domain/money.ts'
import type { PnlRow } from '#ports/store.ts'
import type { Summary } from '../compose.ts'
import type { Session } from './session.ts'

const figure = (amount: Money): number => toNumber(amount)

/** The summary as one JSON object: figures are numbers, in quote units. */
export function summaryJson(summary: Summary): string {
  const { candles, signals, fills, roundTrips, openPositions, quote, fillsInDatabase, holding } = summary
  return JSON.stringify({
    event: 'summary',
    candles,
    signals,
    fills,
    roundTrips,
    openPositions,
    quote,
    startEquity: figure(summary.startEquity),
    equity: figure(summary.equity),
    realisedPnl: figure(summary.realisedPnl),
    unrealisedPnl: figure(summary.unrealisedPnl),
    fees: figure(summary.fees),
    holding: holding === null ? null : figure(holding),
    fillsInDatabase,
  })
}

const two = (amount: Money): string => toNumber(amount).toFixed(2)
const signed = (amount: Money): string => `${amount > 0n ? '+' : ''}${two(amount)}`
const share = (part: Money, whole: Money): string => `${part >= 0n ? '+' : ''}${((100 * toNumber(part)) / toNumber(whole)).toFixed(2)} %`

/** The summary as lines: a table by strategy and symbol, then the account against holding. */
export async function summaryLines(summary: Summary, { service, store, storage }: Session): Promise<string[]> {
  const { quote, startEquity, equity, holding } = summary
  const rows = await store.pnl(0 as never)
  const positions = new Map((await service.desk.positions()).map(row => [`${row.owner} ${row.symbol}`, row]))
  const unrealised = (row: PnlRow): Money => positions.get(`${row.owner} ${row.symbol}`)?.unrealised ?? (0n as Money)
  const reply = replyOf([
    'Summary',
    table(
      ['strategy', 'symbol', 'fills', 'trips', 'won', 'fees', 'realised', 'open'],
      rows.map(row => [
        row.owner,
        row.symbol,
        String(row.fills),
        String(row.roundTrips),
        row.roundTrips === 0 ? '-' : `${Math.round((100 * row.wins) / row.roundTrips)} %`,
        two(row.fees),
        signed(row.realised),
        signed(unrealised(row)),
      ]),
      [2, 3, 4, 5, 6, 7],
    ),
    [
      `Candles ${summary.candles}, signals ${summary.signals}, fills ${summary.fills}, round trips ${summary.roundTrips}, open positions ${summary.openPositions}.`,
      `Realised ${signed(summary.realisedPnl)} ${quote}, unrealised ${signed(summary.unrealisedPnl)} ${quote}, fees paid ${two(summary.fees)} ${quote}.`,
      `Equity ${two(equity)} ${quote} of ${two(startEquity)} at the start: ${share(subtract(equity, startEquity), startEquity)}.`,
      holding === null
        ? ''
        : `Holding the symbols in equal parts instead: ${two(holding)} ${quote}, ${share(subtract(holding, startEquity), startEquity)}.`,
      `All ${summary.fillsInDatabase} fills are in the table trades of ${storage.where}.`,
      'Look: npm run sql -- "SELECT strategy, count(*) FROM trades GROUP BY strategy"',
    ]
      .filter(line => line !== '')
      .join('\n'),
  ])
  return render(reply, paintFor(process.stdout, process.env)).split('\n')
}
