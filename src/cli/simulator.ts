/** `npm run simulator`: a Binance on 127.0.0.1 over replayed candles or ticks. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nameOf, readCandles } from '#adapters/files/candles.ts'
import { readTicks, symbolOf } from '#adapters/files/ticks.ts'
import { Fault } from '#domain/fault.ts'
import { basisPoints } from '#domain/money.ts'
import type { Recording } from '#domain/recording.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
import type { TickRecording } from '#domain/ticks.ts'
import { formatTime, lengthOf } from '#domain/time.ts'
import { newEd25519Key, newHmacKey } from '#simulator/keys.ts'
import type { SimulatorOptions } from '#simulator/options.ts'
import { openSimulator, type Simulator } from '#simulator/simulator.ts'
import { defaultSlippage } from '../compose/market.ts'
import { readSimulatorOptions, SIMULATOR_HELP, type SimulatorCli } from './simulator-options.ts'

const bundled = fileURLToPath(new URL('../../data/', import.meta.url))
const bundledCandles = ['BTCEUR', 'ETHEUR', 'ADAEUR', 'XRPEUR'].map(symbol => `${bundled}candles/${symbol}-4h.csv.gz`)
const VOLUME_SHARE = 0.1

/** Runs until it is told to stop. The exit code. */
export async function simulatorMain(args: readonly string[], out: (line: string) => void): Promise<number> {
  const cli = readSimulatorOptions(args)
  if (cli.help) {
    out(SIMULATOR_HELP)
    return 0
  }
  const hmac = cli.keys[0] ?? newHmacKey()
  const ed25519 = cli.ed25519 ? newEd25519Key() : null
  const keys = [hmac, ...cli.keys.slice(1), ...(ed25519 === null ? [] : [ed25519])]
  const simulator = await openSimulator({ ...(await optionsOf(cli)), keys })
  // a key that was given is known to who gave it: it is not printed
  const shown = cli.keys.length > 0 ? { apiKey: hmac.apiKey } : hmac
  const told = {
    url: simulator.url,
    streams: simulator.wsUrl,
    wsApi: `${simulator.wsUrl}/ws-api/v3`,
    admin: `${simulator.url}/admin`,
    ...shown,
    ...(ed25519 === null ? {} : { ed25519: { apiKey: ed25519.apiKey, privateKey: ed25519.privateKey } }),
  }
  if (cli.json) out(JSON.stringify(told))
  else for (const line of greeting(told, simulator, cli)) out(line)
  const stop = Promise.withResolvers<void>()
  process.once('SIGINT', () => stop.resolve())
  process.once('SIGTERM', () => stop.resolve())
  const pacer = cli.speed === null ? null : cli.speed === 'now' ? keepTime(simulator) : pace(simulator, cli.speed)
  await stop.promise
  pacer?.stop()
  await simulator.close()
  return 0
}

async function optionsOf(cli: SimulatorCli): Promise<Omit<SimulatorOptions, 'keys'>> {
  const recordings = (cli.candles ?? (cli.trades.length > 0 ? [] : bundledCandles)).map(path => {
    const { symbol, timeframe } = nameOf(path)
    if (timeframe === null)
      throw new Fault(
        'misconfigured',
        `--candles ${path}: its name does not say the timeframe. Name it SYMBOL-TIMEFRAME.csv, such as BTCEUR-4h.csv.`,
      )
    return { symbol, timeframe, columns: readCandles(path) }
  })
  const { symbols, exchangeFilters = [], assetFilters = [] } = cli.symbolsFile === null ? bundledRules() : rulesIn(cli.symbolsFile)
  const replayed = [...recordings.map(({ symbol: name }) => name), ...cli.trades.map(symbolOf)]
  for (const symbol of cli.unlisted)
    if (!replayed.includes(symbol))
      throw new Fault('misconfigured', `--unlisted ${symbol}: it has no candles. Give them with --candles, or leave it out.`)
  const known = (symbol: string): boolean => symbols.some(raw => raw.symbol === symbol)
  for (const symbol of replayed)
    if (!known(symbol))
      throw new Fault(
        'misconfigured',
        `--symbols-file: ${symbol} is not in it. Add its entry of Binance's exchangeInfo, or leave what is of it out.`,
      )
  const ticks = await ticksOf(cli, recordings)
  const moved = cli.speed === 'now' ? asOfNow(recordings, ticks, cli.start) : null
  return {
    recordings: moved?.recordings ?? recordings,
    ticks,
    symbols,
    exchangeFilters,
    assetFilters,
    unlisted: cli.unlisted,
    balances: cli.balances,
    numbersFrom: numbersFrom(Date.now()),
    port: cli.port,
    ...(moved !== null ? { start: moved.start } : cli.start === null ? {} : { start: cli.start }),
    slippage: info => (cli.slippage === null ? defaultSlippage(info) : basisPoints(cli.slippage)),
    volumeShare: cli.slippage === 0 ? 0 : VOLUME_SHARE,
    fees: { maker: cli.fee, taker: cli.fee },
    serverTime: cli.serverTime,
  }
}

// Who kept the trades of a run before, under the same key, would take those of this one for them if they had the same numbers.
const numbersFrom = (now: number): number => Math.floor((now - Date.UTC(2024, 0)) / 10)

async function ticksOf({ trades, bookTickers }: SimulatorCli, candles: readonly Recording[]): Promise<TickRecording[]> {
  const symbols = new Set(trades.map(symbolOf))
  for (const { symbol } of candles)
    if (symbols.has(symbol))
      throw new Fault(
        'misconfigured',
        `--trades: there are candles of ${symbol} too. A symbol has one or the other: leave one of them out.`,
      )
  for (const path of bookTickers)
    if (!symbols.has(symbolOf(path)))
      throw new Fault('misconfigured', `--book-tickers ${path}: there are no trades of ${symbolOf(path)}. Name them with --trades.`)
  const found: TickRecording[] = []
  const of = (symbol: string, files: readonly string[]): string[] => files.filter(path => symbolOf(path) === symbol)
  for (const symbol of symbols) found.push(await readTicks(symbol, of(symbol, trades), of(symbol, bookTickers)))
  return found
}

// exchangeInfo as Binance answers it; asset filters come by myFilters there, here in the same file.
interface RulesFile extends Pick<SimulatorOptions, 'exchangeFilters' | 'assetFilters'> {
  readonly symbols: readonly ExchangeSymbol[]
}

// Symbols that ticks are bundled of have a file of their own: no candles of them are.
const bundledRules = (): RulesFile => ({
  symbols: ['symbols.json', 'ticks/symbols.json'].flatMap(name => rulesIn(`${bundled}${name}`).symbols),
})

function rulesIn(path: string): RulesFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RulesFile
  } catch (cause) {
    throw new Fault('misconfigured', `--symbols-file ${path}: it cannot be read. Give Binance's exchangeInfo as JSON: {"symbols": […]}.`, {
      cause,
    })
  }
}

const PHASES = 3
const LOOK_AGAIN_MS = 1_000
// how long it goes on at a time, and what may wait to be sent, before others have their turn
const WORK_MS = 10
const WAITING_MOST = 1 << 16

/** Moves the market at a pace: each instant of candles in its three phases. */
function pace(simulator: Simulator, instantsASecond: number): { stop(): void } {
  const pause = Math.max(1, 1000 / instantsASecond / PHASES)
  const timer: { next?: ReturnType<typeof setTimeout> } = {}
  const began = performance.now()
  let made = 0
  const go = (): void => {
    const now = performance.now()
    const due = ((now - began) / 1000) * instantsASecond
    while (made < due && performance.now() - now < WORK_MS && simulator.sockets.waiting < WAITING_MOST) {
      const [step] = simulator.step(1)
      if (step === undefined) return
      made += step.phase === 'tick' ? 1 : 1 / PHASES
    }
    timer.next = setTimeout(go, pause)
  }
  timer.next = setTimeout(go, pause)
  return { stop: () => clearTimeout(timer.next) }
}

/** Moves what is replayed in time, by whole bars of the longest or whole minutes, so that the bar of a time (default: that in the middle) is now. */
function asOfNow(recordings: readonly Recording[], ticks: readonly TickRecording[], from: number | null) {
  const length = Math.max(MINUTE_MS, ...recordings.map(({ timeframe }) => lengthOf(timeframe)))
  const times = recordings[0]?.columns.time ?? ticks[0]!.trades.time
  const wanted = from ?? times[times.length >> 1]!
  const start = wanted - (wanted % length)
  const shift = Math.floor((Date.now() - start) / length) * length
  // ticks may be many: they are moved where they are
  for (const { trades, quotes } of ticks)
    for (const column of [trades.time, quotes?.time ?? new Float64Array()])
      for (let index = 0; index < column.length; index++) column[index]! += shift
  return {
    start: start + shift,
    recordings: recordings.map(one => ({ ...one, columns: { ...one.columns, time: one.columns.time.map(time => time + shift) } })),
  }
}
const MINUTE_MS = 60_000

/** Moves the market as the machine's clock goes. */
function keepTime(simulator: Simulator): { stop(): void } {
  const timer: { next?: ReturnType<typeof setTimeout> } = {}
  const go = (): void => {
    const { replay } = simulator.world
    while (replay.due !== null && replay.due <= Date.now()) simulator.step(1)
    if (replay.due !== null) timer.next = setTimeout(go, Math.min(replay.due - Date.now(), LOOK_AGAIN_MS))
  }
  go()
  return { stop: () => clearTimeout(timer.next) }
}

function greeting(
  told: { url: string; streams: string; wsApi: string; admin: string; apiKey: string; secret?: string },
  simulator: Simulator,
  cli: SimulatorCli,
): string[] {
  const { venue, replay } = simulator.world
  const counts = [...(replay.left > 0 ? [`${replay.left} instants`] : []), ...(replay.ticksLeft > 0 ? [`${replay.ticksLeft} ticks`] : [])]
  const left = counts.join(' and ') || 'no instants'
  return [
    `A Binance for ${venue.symbols.map(({ symbol }) => symbol).join(', ')}, at ${formatTime(venue.marketNow)} of its market. No real money.`,
    `REST           ${told.url}`,
    `streams        ${told.streams} (/ws, /stream)`,
    `WebSocket API  ${told.wsApi}`,
    `admin          ${told.admin}`,
    `key            ${told.apiKey}`,
    ...(told.secret === undefined ? [] : [`secret         ${told.secret}`]),
    `market         ${paceOf(cli.speed)}, ${left} are left`,
    'Ctrl-C ends it.',
  ]
}

const paceOf = (speed: SimulatorCli['speed']): string =>
  speed === null
    ? 'moves by POST /admin/step'
    : speed === 'now'
      ? 'goes on as the clock does'
      : speed === Number.POSITIVE_INFINITY
        ? 'goes as fast as it can'
        : `${speed} instants a second`
