/** A simulator in this process, with bundled candles, for cards that have nobody else to ask. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readCandles } from '#adapters/files/candles.ts'
import type { Columns } from '#domain/candle.ts'
import { basisPoints, money } from '#domain/money.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import { lengthOf } from '#domain/time.ts'
import { newEd25519Key, newHmacKey } from '#simulator/keys.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import type { SwitchName } from '#simulator/switches.ts'
import type { Keys } from './client/binance.ts'
import { credentialsOf } from './client/keys.ts'
import { type Target, targetOf } from './client/target.ts'

const data = fileURLToPath(new URL('../../data/', import.meta.url))
const { symbols } = JSON.parse(readFileSync(`${data}symbols.json`, 'utf8')) as { symbols: readonly ExchangeSymbol[] }

// Half a year of four-hour candles: longer than all cards together step through.
const FROM = 3000
const COUNT = 1200
const PAST = 300
const LENGTH = lengthOf('4h')
// the bar that is open at first is the one that is under way now, so that market and clock agree
const open = Math.floor(Date.now() / LENGTH) * LENGTH

function part(columns: Columns): Columns {
  const cut = Object.entries(columns).map(([name, column]: [string, Float64Array]) => [name, column.slice(FROM, FROM + COUNT)] as const)
  const found = Object.fromEntries(cut) as unknown as Columns
  return { ...found, time: found.time.map((_, index) => open + (index - PAST) * LENGTH) }
}

const candles = part(readCandles(`${data}candles/BTCEUR-4h.csv.gz`))
const cheap = part(readCandles(`${data}candles/ADAEUR-4h.csv.gz`))

/** Such a simulator, and how to reach it. */
export interface Inside {
  readonly simulator: Simulator
  readonly target: Target
  readonly keys: Keys
  /** What must not get out. */
  readonly secrets: readonly string[]
}

/** Opens one. `otherwise`: what shall be the other way than it is believed to be. */
export async function openInside(otherwise: readonly SwitchName[] = []): Promise<Inside> {
  const hmac = newHmacKey()
  const ed25519 = newEd25519Key()
  const btc = symbols.find(({ symbol }) => symbol === 'BTCEUR')!
  const ada = symbols.find(({ symbol }) => symbol === 'ADAEUR')!
  const simulator = await openSimulator({
    // BNB's own candles are not bundled: another coin's stand for them
    recordings: [
      { symbol: 'BTCEUR', timeframe: '4h', columns: candles },
      { symbol: 'BNBEUR', timeframe: '4h', columns: cheap },
    ],
    symbols: [btc, { ...ada, symbol: 'BNBEUR', baseAsset: 'BNB' }],
    keys: [
      { apiKey: hmac.apiKey, secret: hmac.secret },
      { apiKey: ed25519.apiKey, publicKey: ed25519.publicKey },
    ],
    balances: new Map(
      Object.entries({ EUR: '1000000', BTC: '50', BNB: '1000', LTC: '0' }).map(([asset, amount]) => [asset, money(amount)]),
    ),
    start: open,
    slippage: () => basisPoints(5),
    volumeShare: 0.1,
    // a card waits for one
    times: { ping: 1000 },
    otherwise,
  })
  return {
    simulator,
    target: targetOf(simulator.url),
    keys: { main: credentialsOf(hmac.apiKey, hmac.secret), others: [credentialsOf(ed25519.apiKey, ed25519.privateKey)] },
    secrets: [hmac.apiKey, hmac.secret, ed25519.apiKey, ed25519.privateKey],
  }
}
