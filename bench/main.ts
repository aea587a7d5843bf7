/**
 * `npm run bench`: how fast we are, in ratios to hand-written floors and to other libraries of the same run. `-- --json` prints one
 * object, `-- --portfolio` runs the whole search over parameters. `--only NAME` is how it starts a process of its own for a case.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { afterSix, alone, benchHistory, type Case, goals, isCase } from './backtests.ts'
import { decision } from './decision.ts'
import { walk } from './floors.ts'
import { idle } from './idle.ts'
import { liveCandle } from './live.ts'
import { livePath, type PathResult } from './live-path.ts'
import { loading } from './loading.ts'
import { cost, isMet, type Least, type Result, serviceFlags, speed, within } from './measure.ts'
import { type Peer, peer } from './peers.ts'
import { type PortfolioResult, portfolio } from './portfolio.ts'
import { type StreamFigures, streams } from './streams.ts'

const PORTFOLIO_SETS = 200
const PORTFOLIO_SAMPLE = 5
const PEER_TURNS = 2
const AT_LEAST_GRADEMARK = 6
const AT_LEAST_TECHNICALINDICATORS = 5
const AT_MOST_RAW_READ = 1.5
const AT_MOST_MEMORY = 2
const AT_MOST_SHORT_HISTORY = 1.05
const AT_LEAST_PARSING = 0.8
const AT_MOST_BURST = 2
const AT_MOST_PATH = 1.15
const AT_MOST_CONNECTOR = 0.3
const DECISION_US = 20

// What a process of its own does: one thing, so that nothing else has shaped the machine's code or memory.
const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  'after-six': afterSix,
  'peer-ours': () => peer('ours', benchHistory()),
  'peer-technicalindicators': () => peer('technicalindicators', benchHistory()),
  'peer-grademark': () => peer('grademark', benchHistory()),
  'live-candle': liveCandle,
  'load-columns': async () => loading(walk(1_000_000)),
  streams,
  decision: async () => decision(),
  'live-path': livePath,
  idle,
  portfolio: () => portfolio(PORTFOLIO_SETS),
  'portfolio-sample': () => portfolio(PORTFOLIO_SAMPLE),
}

// Run as the service is, with its floors.
const inService: ReadonlySet<string> = new Set(['streams', 'decision', 'idle'])

const perform = (name: string): Promise<unknown> => (isCase(name) ? alone(name) : tasks[name]!())

function inOwnProcess<T>(...args: [name: string] | [file: string, what: string]): T {
  const [file, rest] = args.length === 1 ? ['main.ts', ['--only', args[0]]] : [args[0], [args[1]]]
  const flags = inService.has(rest.at(-1)!) ? serviceFlags : []
  return JSON.parse(execFileSync(process.execPath, [...flags, join(import.meta.dirname, file), ...rest], { encoding: 'utf8' })) as T
}

// By turns, so that a noisy machine disturbs both alike.
function against(other: Peer): Least {
  let best = { ours: Number.POSITIVE_INFINITY, floor: Number.POSITIVE_INFINITY }
  for (let turn = 0; turn < PEER_TURNS; turn++) {
    const [floor, ours] = [`peer-${other}`, 'peer-ours'].map(name => inOwnProcess<number>(name))
    best = { floor: Math.min(best.floor, floor!), ours: Math.min(best.ours, ours!) }
  }
  return best
}

function results(tell: (name: string, result: Result) => void): Unjudged {
  const cases = Object.keys(goals) as Case[]
  for (const name of cases) tell(`backtest-${name}`, speed(inOwnProcess<Least>(name), goals[name]))
  const six = inOwnProcess<Record<Case, Least>>('after-six')
  for (const name of cases) tell(`backtest-${name}-after-six`, speed(six[name], goals[name]))
  tell('peer-grademark', speed(against('grademark'), AT_LEAST_GRADEMARK))
  tell('peer-technicalindicators', speed(against('technicalindicators'), AT_LEAST_TECHNICALINDICATORS))
  tell('load-columns', cost(inOwnProcess<Least>('load-columns'), AT_MOST_RAW_READ))
  const memory = { ours: inOwnProcess<number>('memory.ts', 'ours'), floor: inOwnProcess<number>('memory.ts', 'floor') }
  tell('memory', cost(memory, AT_MOST_MEMORY))
  tell('live-candle', cost(inOwnProcess<Least>('live-candle'), AT_MOST_SHORT_HISTORY))
  const figures = inOwnProcess<StreamFigures>('streams')
  tell('stream-ingest', speed(figures.ingest, AT_LEAST_PARSING))
  tell('stream-burst', cost(figures.burst, AT_MOST_BURST))
  tell('decision', within(inOwnProcess<number>('decision'), DECISION_US))
  const path = inOwnProcess<PathResult>('live-path')
  const { ours, floor, connector, ...bare } = path.clients
  tell('candle-to-order', cost({ ours: ours.p50, floor: floor.p50 }, AT_MOST_PATH))
  tell('candle-to-order-unwritten', cost({ ours: bare['ours-bare'].p50, floor: bare['floor-bare'].p50 }, AT_MOST_PATH))
  tell('order-cpu-connector', cost({ ours: bare['ours-bare'].cpu, floor: connector.cpu }, AT_MOST_CONNECTOR))
  return { streams: figures, path }
}

// Printed for people only.
interface Unjudged {
  readonly streams: StreamFigures
  readonly path: PathResult
}

const units: Readonly<Record<string, string>> = {
  memory: 'MB',
  'live-candle': 'µs',
  decision: 'µs',
  'candle-to-order': 'µs',
  'candle-to-order-unwritten': 'µs',
  'order-cpu-connector': 'µs',
}

function pathLines({ clients, samples, least }: PathResult): string {
  const lines = Object.entries(clients).map(([name, { p50, p90, p99, cpu }]) => {
    const figures = [`p50 ${p50.toFixed(0)}`, `p90 ${p90.toFixed(0)}`, `p99 ${p99.toFixed(0)}`, `CPU ${cpu.toFixed(0)}`]
    return `candle to order, ${name}: ${figures.join(', ')} µs\n`
  })
  const trace = `all of ${samples} orders were committed before their first byte left, by ${least.toFixed(0)} µs at least`
  return `${lines.join('')}candle to order, trace: ${trace}\n`
}

function line(name: string, result: Result): string {
  const { ours, floor, ratio, goal, atMost } = result
  const unit = units[name] ?? 'ms'
  const figures = `ours ${ours.toFixed(2)} ${unit}, floor ${floor.toFixed(2)} ${unit}, ratio ${ratio.toFixed(3)}`
  return `${name.padEnd(26)} ${figures}, goal ${atMost === true ? 'at most' : 'at least'} ${goal}: ${isMet(result) ? 'reached' : 'NOT REACHED'}\n`
}

function portfolioLine({
  symbols,
  candlesEach,
  sets,
  setsRun,
  fills,
  seconds,
  secondsExtrapolated,
  peakMegabytes: peak,
}: PortfolioResult): string {
  const what = `portfolio: ${symbols} symbols × ${candlesEach} candles of 5m`
  const measured = `${setsRun} parameter sets in ${seconds.toFixed(1)} s (measured), ${fills} fills, peak ${peak.toFixed(0)} MB`
  const all =
    secondsExtrapolated === null ? '' : `; all ${sets} sets: ${secondsExtrapolated.toFixed(0)} s (extrapolated; -- --portfolio runs them)`
  return `${what}: ${measured}${all}\n`
}

const USAGE = `npm run bench -- [options]   measures against hand-written loops; some minutes

  --json        one line of JSON: {name: {ours, floor, ratio, goal}}
  --portfolio   all 200 parameter sets of the portfolio, not a sample
`

interface Asked {
  readonly json?: boolean
  readonly portfolio?: boolean
  readonly only?: string
  readonly help?: boolean
}

// Null: what was asked for is not there, which is told.
function asked(): Asked | null {
  try {
    const options = {
      json: { type: 'boolean' },
      portfolio: { type: 'boolean' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
    process.exitCode = 2
    return null
  }
}

async function main(): Promise<void> {
  const values = asked()
  if (values === null) return
  if (values.help === true) {
    process.stdout.write(USAGE)
    return
  }
  if (values.only !== undefined) {
    process.stdout.write(JSON.stringify(await perform(values.only)))
    return
  }
  const json: Record<string, Result> = {}
  const { streams: streamed, path } = results((name, result) => {
    json[name] = result
    if (values.json !== true) process.stdout.write(line(name, result))
  })
  // without a goal, so they are not among the figures for machines
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify(json)}\n`)
    return
  }
  process.stdout.write(pathLines(path))
  const [paced, batched] = [inOwnProcess<number>('idle'), streamed.idle].map(share => (share * 100).toFixed(2))
  process.stdout.write(
    `idle: the klines of 1,500 symbols, 750 messages a second, cost ${paced} % of a core; in large batches ${batched} %\n`,
  )
  process.stdout.write(portfolioLine(inOwnProcess<PortfolioResult>(values.portfolio === true ? 'portfolio' : 'portfolio-sample')))
}

await main()
