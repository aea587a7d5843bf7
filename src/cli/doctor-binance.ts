/** What the doctor finds at Binance. */
import { offsetWords } from '#adapters/binance/server-clock.ts'
import { Fault } from '#domain/fault.ts'
import { format } from '#domain/money.ts'
import type { SymbolInfo } from '#domain/symbol.ts'
import type { BinanceLook } from '../compose/binance-look.ts'

/** Takes a finding. */
export type Found = (state: 'ok' | 'note' | 'wrong', what: string, text: string) => void

const PINGS = 5
const OFFSET_MS = 1_000

/** Looks at Binance: latency, clock, weight, filters of symbols, streams, the key. `now`: milliseconds, for durations. */
export async function binanceOf(look: BinanceLook, symbols: readonly string[], now: () => number, found: Found): Promise<void> {
  let closed = false
  // asking in spite of a ban prolongs it, and asking after it would keep whoever looks waiting for hours
  const open = (): boolean => {
    const until = look.closed()
    if (until !== null && !closed)
      found(
        'wrong',
        'binance',
        `${look.name} was asked too much from this address, and wants to be left alone for ${until}: it is not asked.`,
      )
    closed ||= until !== null
    return !closed
  }
  const check = async (what: string, ask: () => Promise<void>): Promise<boolean> => {
    if (!open()) return false
    try {
      await ask()
      return true
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      found('wrong', what, error.message)
      return false
    }
  }
  // where nobody answers, everything else would be told as often as it is asked
  if (!(await check('binance', async () => found('ok', 'binance', `${look.name}, ${Math.ceil(await latencyOf(look, now))} ms away`))))
    return
  await check('clock', () => clockOf(look, found))
  await check('filters', async () => filtersOf(await look.symbols(symbols), symbols, found))
  await check('streams', async () => {
    await look.streams()
    found('ok', 'streams', 'market streams open')
  })
  const { key } = look
  if (key !== null) await check('key', () => keyOf(key, found))
  if (!open()) return
  found('ok', 'weight', `${(look.used() * 100).toFixed(1)} % of this minute's requests used`)
}

// The quickest of some: the first opens the connection, and any may meet something else.
async function latencyOf(look: BinanceLook, now: () => number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let ping = 0; ping < PINGS; ping++) {
    const before = now()
    await look.ping()
    least = Math.min(least, now() - before)
  }
  return least
}

async function clockOf(look: BinanceLook, found: Found): Promise<void> {
  const { offset, within } = await look.clock()
  const text = offsetWords(offset, within)
  if (Math.abs(offset) <= OFFSET_MS) found('ok', 'clock', text)
  else found('wrong', 'clock', `${text}; at most ${OFFSET_MS / 1_000} s is allowed. Set the clock by a time server (NTP).`)
}

function filtersOf(known: ReadonlyMap<string, SymbolInfo>, symbols: readonly string[], found: Found): void {
  for (const symbol of symbols) {
    const info = known.get(symbol)
    if (info === undefined) {
      found('wrong', 'filters', `${symbol}: Binance has no such symbol. Mend SYMBOLS.`)
      continue
    }
    const { tick, step, minNotional } = info.filters
    const rules = `${symbol}: price in ${format(tick)}, quantity in ${format(step)}, orders of ${format(minNotional)} ${info.quote} and more`
    if (info.trading) found('ok', 'filters', rules)
    else found('wrong', 'filters', `${rules}; it does not trade now. Take it out of SYMBOLS, or wait.`)
  }
}

async function keyOf(key: NonNullable<BinanceLook['key']>, found: Found): Promise<void> {
  const { refusals, notes } = await key()
  for (const refusal of refusals) found('wrong', 'key', refusal)
  for (const note of notes) found('note', 'key', note)
  if (refusals.length === 0) found('ok', 'key', 'it may read and trade on spot, and nothing else')
}
