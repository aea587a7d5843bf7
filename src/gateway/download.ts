/** Downloads the history of a symbol into an archive: page by page, looked at bar by bar, going on where it stopped. */
import type { Candle } from '#domain/candle.ts'
import { Fault } from '#domain/fault.ts'
import { formatTime, lengthOf, openOf, type Time, type Timeframe } from '#domain/time.ts'
import type { Clock } from '#ports/clock.ts'
import type { MarketData } from '#ports/market.ts'
import { MOST_TRIES, PAGE, pauseAfter } from './refill.ts'
import { flawIn } from './series.ts'

/** What is fetched apart: what lies before the candles that are kept, and what lies after them (all, where none are). */
export type Piece = 'before' | 'after'

/** Where the candles of one symbol and timeframe are kept, sorted by time. */
export interface Archive {
  /** Open times of the first and the last candle that are kept; null: there are none. */
  span(): { readonly first: Time; readonly last: Time } | null
  /** Goes on with a piece that begins at an open time. The open time from which on it still has to be fetched. */
  begin(piece: Piece, from: Time): Time
  /** Adds candles to the piece, so that a process which dies later does not lose them. */
  append(candles: readonly Candle[]): void
  /** Joins the pieces with what was kept. Until then what was kept is as it was. */
  finish(): void
}

/** What is to be downloaded, and how far it is. */
export interface Download {
  readonly market: MarketData
  readonly archive: Archive
  readonly clock: Clock
  readonly symbol: string
  readonly timeframe: Timeframe
  /** Open times: from this on, up to, not including, that. */
  readonly from: number
  readonly to: number
  /** Told after each page: up to which open time it is, of the first and the last that are fetched now, and how many candles came. */
  progress(at: Progress): void
  /** Told when the exchange could not be asked and will be again. */
  again(fault: Fault, milliseconds: number): void
}

/** How far a download is, in open times. */
export interface Progress {
  readonly from: number
  readonly to: number
  readonly reached: number
  readonly candles: number
}

/** Downloads what is missing; resolves with how many candles were new. Throws a Fault; what came until then is kept for the next time. */
export async function downloadCandles(setup: Download): Promise<number> {
  const { market, archive, symbol, timeframe, progress } = setup
  const span = lengthOf(timeframe)
  const known = await patiently(setup, () => market.symbols([symbol]))
  if (!known.has(symbol))
    throw new Fault('misconfigured', `--symbols ${symbol}: the exchange has no such symbol. Write it as Binance does, such as BTCUSDC.`)
  // a bar that is still open is no candle
  const end = Math.min(setup.to, openOf(await patiently(setup, () => market.time()), timeframe))
  const start = firstOpen(setup.from, timeframe)
  const pieces = piecesOf(archive, start, end, span)
  const from = Math.min(...pieces.map(one => one.from), end)
  const last = Math.max(...pieces.map(({ to }) => to), end)
  let candles = 0
  for (const { piece, from: opens, to } of pieces) {
    let next: number = archive.begin(piece, opens)
    while (next < to) {
      const limit = Math.min(PAGE, Math.ceil((to - next) / span))
      const page = await patiently(setup, () => market.candles({ symbol, timeframe, from: next as Time, limit }))
      const fresh = page.filter(({ openTime }) => openTime < to)
      check(fresh, { symbol, timeframe, from: next })
      archive.append(fresh)
      candles += fresh.length
      // none is left: what is missing up to the end was never traded
      next = fresh.length === 0 || fresh.length < page.length ? to : fresh.at(-1)!.openTime + span
      progress({ from, to: last, reached: Math.min(next, last), candles })
    }
  }
  archive.finish()
  return candles
}

// A bar belongs to a time if it opens then or later.
const firstOpen = (from: number, timeframe: Timeframe): Time => {
  const open = openOf(from, timeframe)
  return (open < from ? open + lengthOf(timeframe) : open) as Time
}

function piecesOf(archive: Archive, start: Time, end: number, span: number) {
  const kept = archive.span()
  if (kept === null) return [{ piece: 'after', from: start, to: end }] as const
  const { first, last } = kept
  return [
    // up to what is there, whatever was asked for: a hole would be filled by no later download
    { piece: 'before', from: start, to: first },
    { piece: 'after', from: (last + span) as Time, to: end },
  ] as const
}

// Refuses what is no candle, unsorted, double, or not what was asked for.
function check(
  page: readonly Candle[],
  { symbol, timeframe, from }: { readonly symbol: string; readonly timeframe: Timeframe; readonly from: number },
): void {
  let least = from
  for (const candle of page) {
    const { openTime } = candle
    const flaw = flawIn(candle) ?? (openTime < least ? 'it is not after the one before it, or not asked for' : null)
    if (flaw !== null)
      throw new Fault(
        'refused',
        `${symbol} ${timeframe}: what the exchange gave for ${formatTime(openTime)} is no candle: ${flaw}. What came before it is kept; try again later.`,
      )
    least = openTime + lengthOf(timeframe)
  }
}

// What may go well the next time is asked again, ever more rarely.
async function patiently<Answer>({ clock, again }: Download, ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'retry' || attempt === MOST_TRIES) throw error
      const pause = pauseAfter(attempt)
      again(error, pause)
      await clock.wait(pause)
    }
  }
}
