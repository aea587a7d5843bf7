/** A backtest's figures for people. */
import { formatTime } from '#domain/time.ts'
import type { Backtest } from './report.ts'

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const amount = (value: number, asset: string): string => `${value.toFixed(2)} ${asset}`

/** The report as lines of text, a figure a line; `quote` names the asset that amounts are in. */
export function reportLines({ report, collected, hold }: Backtest, quote: string): string[] {
  const { fills, roundTrips, wins, costs, ambiguousBars } = report
  const rows: [string, string][] = [
    ['strategy', report.strategy],
    ['symbols', report.symbols.join(', ')],
    ['candles', `${report.candles}, ${formatTime(report.from)} to ${formatTime(report.to)} UTC`],
    ['fills', String(fills)],
    ['round trips', `${roundTrips}${roundTrips === 0 ? '' : `, ${wins} won (${percent(wins / roundTrips)})`}`],
    ['final equity', amount(report.finalEquity, quote)],
    ['return', percent(report.return)],
    ['buy and hold', `${percent(hold)} (without costs)`],
    ['max drawdown', percent(report.maxDrawdown)],
    ['fees', amount(report.fees, quote)],
    ['return at costs', `${percent(costs.x0)} without, ${percent(costs.x1)} at these, ${percent(costs.x2)} at twice these`],
    ['break-even', breakEvenText(costs)],
    ['ambiguous bars', ambiguousBars === 0 ? '0' : `${ambiguousBars}: stop and target were both in reach; the stop was taken`],
    ['took', `${report.durationMs.toFixed(0)} ms`],
  ]
  for (const [code, { count, last }] of collected.denials) rows.push([`refused ${count} ×`, `${code}: ${last}`])
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, value]) => `${name.padEnd(width)}${value}`)
}

function breakEvenText({ x0, breakEvenBp }: Backtest['report']['costs']): string {
  if (breakEvenBp !== null) return `nothing is left at ${breakEvenBp.toFixed(1)} bp a fill`
  return x0 < 0 ? 'none: it loses without any costs' : 'none'
}
