/** The service's log: one JSON object a line on standard output, secrets left out. */
import { pino } from 'pino'
import type { Thrown } from '#domain/fault.ts'
import type { Told } from '#domain/told.ts'
import { type Amount, format } from '#domain/money.ts'
import { feeInQuote, isFeeUnvalued } from '#domain/position.ts'
import { redact } from '#domain/secrets.ts'

/** The part of a logger that the service uses. */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** Opens a log. `secrets` never appear in it, whatever is logged. `write` takes finished lines (default: standard output). */
export function openLog(
  level: string,
  secrets: readonly string[],
  write: (line: string) => void = line => void process.stdout.write(line),
): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: (line: string) => write(redact(line, secrets)) })
}

/** Logs what a strategy threw, with where. */
export function logThrown(log: Log, { owner, symbols, error }: Thrown): void {
  log.error({ owner, symbols, error: error instanceof Error ? error.stack : String(error) }, 'a strategy threw')
}

// Of an order only what it has.
const figures = (all: Readonly<Record<string, Amount<string>>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === 0n ? [] : [[name, format(value)]])))

/** Logs what a round changed: signals, orders and fills at info, denials at info, indicator values at debug. */
export function logTold(log: Log, told: readonly Told[]): void {
  for (const one of told)
    switch (one.kind) {
      case 'signal':
      case 'denied': {
        const { owner, symbol, kind, reason, outcome, message, price, values } = one.decision
        log.info({ owner, symbol, kind, reason, price, outcome, ...(message === '' ? {} : { message }) }, one.kind)
        if (values !== null) log.debug({ owner, symbol, ...values }, 'indicators')
        break
      }
      case 'order': {
        const { owner, purpose, request } = one.order
        const { symbol, side, type, quantity, quoteAmount, price, stopPrice } = request
        const asked = figures({ quantity, quoteAmount, price, stopPrice })
        log.info({ owner, symbol, purpose, side, type, ...asked }, 'order')
        break
      }
      case 'fill': {
        const { fill, owner, reason, base, quote, realised } = one.record
        const { symbol, side, price, quantity, fee, feeAsset, tradeId } = fill
        log.info(
          {
            owner,
            symbol,
            side,
            price: format(price),
            quantity: format(quantity),
            fee: format(fee),
            feeAsset,
            feeInQuote: isFeeUnvalued(fill, base, quote) ? null : format(feeInQuote(fill, base, quote)),
            tradeId,
            realised: format(realised),
            reason,
          },
          'fill',
        )
        break
      }
      case 'stop_moved':
        log.info({ owner: one.move.owner, symbol: one.move.symbol, to: format(one.move.to), reason: one.move.reason }, 'stop moved')
        break
      case 'closed':
        log.info(
          {
            owner: one.record.trip.owner,
            symbol: one.record.trip.symbol,
            realised: format(one.record.trip.realised),
            reason: one.record.reason,
          },
          'closed',
        )
        break
      case 'dust':
        log.info({ owner: one.owner, asset: one.asset, quantity: format(one.quantity) }, 'dust')
        break
      case 'account':
        log.warn({ person: one.person, text: one.text }, one.what)
        break
      case 'mode':
        log.info({ mode: one.mode, person: one.person }, 'mode')
        break
    }
}
