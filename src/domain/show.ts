/** Figures for people: rounded to what one reads at a glance. What must be exact uses `format` of money.ts. */
import type { Decision, FillRecord } from './journal.ts'
import { type Amount, type Price, type Ratio, toNumber } from './money.ts'
import { isFeeUnvalued } from './position.ts'
import { formatTime } from './time.ts'

const MOST = 8

/** An amount rounded half away from zero to so many decimals; a tiny one shows two significant digits instead of nothing. */
export function amountText(value: Amount<string>, digits = 2): string {
  const size = value < 0n ? -(value as bigint) : (value as bigint)
  const needed = size === 0n ? digits : Math.max(digits, MOST - size.toString().length + 2)
  const decimals = Math.min(MOST, size * 100n >= 10n ** BigInt(MOST) ? digits : needed)
  const unit = 10n ** BigInt(MOST - decimals)
  const rounded = (size + unit / 2n) / unit
  const text = rounded.toString().padStart(decimals + 1, '0')
  const whole = text.slice(0, text.length - decimals)
  return `${value < 0n && rounded > 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${text.slice(-decimals)}`}`
}

/** A profit or loss: "+12.40", "-3.00", "0.00". */
export const signedText = (value: Amount<string>, digits = 2): string => `${value > 0n ? '+' : ''}${amountText(value, digits)}`

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** A quantity: about six figures, without trailing zeros. */
export function quantityText(value: Amount<string>): string {
  const size = Math.abs(toNumber(value))
  return trimmed(amountText(value, size >= 1000 ? 2 : size >= 1 ? 4 : 6))
}

/** A figure with as many decimals as its size asks for: 25812.50, 1.2345, 0.34567, 0.00001234. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'n/a'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 10) return value.toFixed(2)
  if (size >= 1) return value.toFixed(4)
  return value.toFixed(Math.min(MOST, 3 - Math.floor(Math.log10(size))))
}

/** A price with sensible digits; "-" where there is none. */
export const priceText = (value: Price): string => (value === 0n ? '-' : numberText(toNumber(value)))

/** A share as percent: "2.35%". */
export function percentText(value: Ratio, digits = 2): string {
  const text = (toNumber(value) * 100).toFixed(digits)
  return `${Number(text) === 0 ? text.replace('-', '') : text}%`
}

/** A gain or loss as percent: "+2.35%". */
export function signedPercentText(value: Ratio, digits = 2): string {
  const text = percentText(value, digits)
  return Number.parseFloat(text) > 0 ? `+${text}` : text
}

const steps = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** How long something lasted, in its two largest units: "3 d 4 h", "12 min". */
export function ageText(milliseconds: number): string {
  const first = steps.findIndex(([, length]) => milliseconds >= length)
  if (first === -1) return '0 s'
  let rest = milliseconds
  const parts = steps.slice(first, first + 2).flatMap(([unit, length]) => {
    const count = Math.floor(rest / length)
    rest -= count * length
    return count === 0 ? [] : [`${count} ${unit}`]
  })
  return parts.join(' ')
}

/** A decision: when, about what, and what came of it. */
export function decisionText({ time, symbol, owner, kind, price, reason, outcome, message }: Decision): string {
  const head = `${formatTime(time)} ${symbol} ${owner}`
  const wish = `  ${kind} at ${numberText(price)}: ${reason}`
  return outcome === 'ordered' ? `${head}\n${wish}` : `${head}\n${wish}\n  denied (${outcome}): ${message}`
}

/** A fill: what was paid or received, the fee, and what a sell realised. */
export function fillText({ fill, base, quote, realised }: FillRecord): string {
  const traded = `${quantityText(fill.quantity)} ${base} at ${priceText(fill.price)} = ${amountText(fill.quote)} ${quote}`
  const fee = `fee ${fill.feeAsset === quote ? amountText(fill.fee) : quantityText(fill.fee)} ${fill.feeAsset}${worthText(fill, base, quote)}`
  return fill.side === 'SELL' ? `${traded}, ${fee}, profit ${signedText(realised)}` : `${traded}, ${fee}`
}

// Of a fee in a third asset.
function worthText(fill: FillRecord['fill'], base: string, quote: string): string {
  if (isFeeUnvalued(fill, base, quote)) return ` (its worth in ${quote} is not known: profit is without it)`
  return fill.feeWorth > 0n ? ` (${amountText(fill.feeWorth)} ${quote})` : ''
}
