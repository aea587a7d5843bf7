import { z } from 'zod'
import { choice, defineCommand, refresh, replyOf, table } from '#command'
import { add, type Money, zero } from '#domain/money.ts'
import { amountText, signedText } from '#domain/show.ts'
import type { PnlSpan } from '#ports/desk.ts'
import type { PnlRow } from '#ports/store.ts'

type Sum = Pick<PnlRow, 'roundTrips' | 'wins' | 'realised' | 'fees'>

const sumOf = (rows: readonly PnlRow[]): Sum =>
  rows.reduce<Sum>(
    (sum, row) => ({
      roundTrips: sum.roundTrips + row.roundTrips,
      wins: sum.wins + row.wins,
      realised: add(sum.realised, row.realised),
      fees: add(sum.fees, row.fees),
    }),
    { roundTrips: 0, wins: 0, realised: zero<Money>(), fees: zero<Money>() },
  )

const figures = ({ roundTrips, wins, realised }: Sum): string[] => [
  String(roundTrips),
  roundTrips === 0 ? '-' : `${Math.round((100 * wins) / roundTrips)}%`,
  signedText(realised),
]

/** Each strategy's symbols, then the strategy's own total where it trades several, then the total of all. */
function breakdown(rows: readonly PnlRow[]): string[][] {
  const owners = [...new Set(rows.map(({ owner }) => owner))]
  const lines = owners.flatMap(owner => {
    const own = rows.filter(row => row.owner === owner)
    const each = own.map(row => [owner, row.symbol, ...figures(row)])
    return own.length > 1 ? [...each, [owner, 'all', ...figures(sumOf(own))]] : each
  })
  return owners.length > 1 ? [...lines, ['total', '', ...figures(sumOf(rows))]] : lines
}

// "7 days" and "7d" are the same span.
const short = (name: string): string => name.replace(/\s*d(?:ays)?$/, 'd')

const spansTable = (spans: readonly PnlSpan[]): ReturnType<typeof table> =>
  table(
    ['Span', 'Trips', 'Won', 'Profit', 'Fees'],
    spans.map(({ name, rows }) => [name, ...figures(sumOf(rows)), amountText(sumOf(rows).fees)]),
    [1, 2, 3, 4],
  )

export default defineCommand({
  summary: 'Profit by span, strategy and symbol',
  role: 'viewer',
  aliases: ['profit'],
  examples: ['', '7d', 'today'],
  args: z.object({ span: choice(['today', '7d', '30d', 'all'], 'the span to show by strategy and symbol (else all)').default('all') }),
  async run(desk, { span: wanted }) {
    const [spans, { quote, unrealised }] = await Promise.all([desk.pnl(), desk.status()])
    const span = spans.find(({ name }) => short(name) === wanted)
    const rows = span?.rows ?? []
    const detail =
      rows.length === 0
        ? []
        : [`By strategy and symbol, ${span?.name}:`, table(['Strategy', 'Symbol', 'Trips', 'Won', 'Profit'], breakdown(rows), [2, 3, 4])]
    const others = ['today', '7d', '30d', 'all'].filter(name => name !== wanted).map(name => ({ label: name, command: `pnl ${name}` }))
    return replyOf(
      [
        `Realised profit in ${quote}, fees taken off. Days are UTC.`,
        spansTable(spans),
        ...detail,
        `Open positions: ${signedText(unrealised)} ${quote}.`,
      ],
      [...others, refresh(`pnl ${wanted}`)],
    )
  },
})
