/** `npm run simulator`: a Binance on 127.0.0.1 over replayed candles. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nameOf, readCandles } from '#adapters/files/candles.ts'
import { Fault } from '#domain/fault.ts'
import { basisPoints } from '#domain/money.ts'
import type { ExchangeSymbol } from '#domain/symbol.ts'
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
  const simulator = await openSimulator({ ...optionsOf(cli), keys })
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

function optionsOf(cli: SimulatorCli): Omit<SimulatorOptions, 'keys'> {
  const recordings = (cli.candles ?? bundledCandles).map(path => {
    const { symbol, timeframe } = nameOf(path)
    if (timeframe === null)
      throw new Fault(
        'misconfigured',
        `--candles ${path}: its name does not say the timeframe. Name it SYMBOL-TIMEFRAME.csv, such as BTCEUR-4h.csv.`,
      )
    return { symbol, timeframe, columns: readCandles(path) }
  })
  const symbols = symbolsIn(cli.symbolsFile ?? `${bundled}symbols.json`)
  for (const { symbol } of recordings)
    if (!symbols.some(raw => raw.symbol === symbol))
      throw new Fault(
        'misconfigured',
        `--symbols-file: ${symbol} is not in it. Add its entry of Binance's exchangeInfo, or leave its candles out.`,
      )
  const moved = cli.speed === 'now' ? asOfNow(recordings, cli.start) : null
  return {
    recordings: moved?.recordings ?? recordings,
    symbols,
    balances: cli.balances,
    port: cli.port,
    ...(moved !== null ? { start: moved.start } : cli.start === null ? {} : { start: cli.start }),
    slippage: info => (cli.slippage === null ? defaultSlippage(info) : basisPoints(cli.slippage)),
    volumeShare: cli.slippage === 0 ? 0 : VOLUME_SHARE,
    fees: { maker: cli.fee, taker: cli.fee },
    serverTime: cli.serverTime,
  }
}

function symbolsIn(path: string): readonly ExchangeSymbol[] {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { symbols: readonly ExchangeSymbol[] }).symbols
  } catch (cause) {
    throw new Fault('misconfigured', `--symbols-file ${path}: it cannot be read. Give Binance's exchangeInfo as JSON: {"symbols": […]}.`, {
      cause,
    })
  }
}

const PHASES = 3
const LOOK_AGAIN_MS = 1_000

/** Moves the market at a pace: each instant in its three phases. */
function pace(simulator: Simulator, instantsASecond: number): { stop(): void } {
  const pause = 1000 / instantsASecond / PHASES
  const timer: { next?: ReturnType<typeof setTimeout> } = {}
  const step = (): void => {
    if (simulator.step(1).length > 0) timer.next = setTimeout(step, pause)
  }
  timer.next = setTimeout(step, pause)
  return { stop: () => clearTimeout(timer.next) }
}

/** Moves candles in time, by whole bars of the longest, so that the bar of a time (default: that in the middle) is open now. */
function asOfNow(recordings: SimulatorOptions['recordings'], from: number | null) {
  const length = Math.max(...recordings.map(({ timeframe }) => lengthOf(timeframe)))
  const times = recordings[0]!.columns.time
  const wanted = from ?? times[times.length >> 1]!
  const start = wanted - (wanted % length)
  const shift = Math.floor((Date.now() - start) / length) * length
  return {
    start: start + shift,
    recordings: recordings.map(one => ({ ...one, columns: { ...one.columns, time: one.columns.time.map(time => time + shift) } })),
  }
}

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
  return [
    `A Binance for ${venue.symbols.map(({ symbol }) => symbol).join(', ')}, at ${formatTime(venue.marketNow)} of its market. No real money.`,
    `REST           ${told.url}`,
    `streams        ${told.streams} (/ws, /stream)`,
    `WebSocket API  ${told.wsApi}`,
    `admin          ${told.admin}`,
    `key            ${told.apiKey}`,
    ...(told.secret === undefined ? [] : [`secret         ${told.secret}`]),
    `market         ${cli.speed === null ? 'moves by POST /admin/step' : cli.speed === 'now' ? 'goes on as the clock does' : `${cli.speed} instants a second`}, ${replay.left} instants are left`,
    'Ctrl-C ends it.',
  ]
}
