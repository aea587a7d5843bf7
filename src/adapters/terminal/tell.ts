import { formatTime } from '#domain/time.ts'
import { lineOf, type Told } from '#domain/told.ts'
import { harmless, type Paint, paintFigures } from './paint.ts'

/** What happened as one line: time, symbol, owner, what. */
export function tellLine(told: Told, paint: Paint): string {
  const { time, symbol, owner, what, tone, text, aside } = lineOf(told)
  const head = `${formatTime(time)}  ${harmless(symbol).padEnd(8)} ${harmless(owner).padEnd(10)} `
  const body = harmless(text)
  if (aside === true) return paint('quiet', `${head}${what.padEnd(10)} ${body}`)
  return `${paint('quiet', head)}${paint(tone, what.padEnd(10))} ${tone === 'warn' ? paint('warn', body) : paintFigures(body, paint)}`
}
