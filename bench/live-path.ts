/**
 * From a closed candle on the wire to the signed order on the wire. This process is the exchange: it sends one bar and measures on its own
 * clock until the whole order has come. Each client has a process of its own; they take turns in short rounds, so that a noisy machine
 * disturbs all alike.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '#adapters/postgres/connect.ts'
import { startEmbedded } from '#adapters/postgres/embedded.ts'
import { migrateToLatest } from '#adapters/postgres/migrate.ts'
import type { ClientFigures, ClientKind, ClientSetup } from './live-client.ts'
import { type BenchExchange, openExchange } from './live-path/exchange.ts'
import { TABLE } from './live-path/floors.ts'
import { klineText, MINUTE, SYMBOL } from './live-path/wire.ts'
import { serviceFlags } from './measure.ts'

const kinds: readonly ClientKind[] = ['floor', 'ours', 'floor-bare', 'ours-bare', 'connector']
const WARM_UP = 2_000
const ROUNDS = 6
const SAMPLES = 500
const PAUSE_MS = 1
// a commit that waits for the disk takes along all that was committed before and did not
const ANY_ROW = "insert into bench_intents (time, symbol, side, quantity, price, reason) values (now(), '', '', 0, 0, '')"
const ANSWER_MS = 5_000
// as often as Binance tells of a bar that is open
const OPEN_BAR_MS = 2_000

/** Of one client: microseconds from candle to order, and CPU time of its process for each. */
export interface PathFigures {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly cpu: number
}

/** Of all clients, and how many orders were proven to be committed before their first byte left: all that were sent. */
export interface PathResult {
  readonly clients: Readonly<Record<ClientKind, PathFigures>>
  readonly samples: number
  /** The least time between the two, in microseconds. */
  readonly least: number
}

interface Contender {
  readonly kind: ClientKind
  readonly exchange: BenchExchange
  readonly child: ChildProcess
  readonly times: number[]
  next: number
  cpu: number
  orders: number
}

/** Measures all clients in turn. */
export async function livePath(): Promise<PathResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const server = await startEmbedded({ dataDir: join(folder, 'postgres') })
  try {
    const database = await connect({ url: server.url })
    await migrateToLatest(database.db)
    await database.pool.query(TABLE)
    const onDisk = async (): Promise<void> => {
      await database.pool.query(ANY_ROW)
    }
    return await measureAll(server.url, onDisk).finally(() => database.close())
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

async function measureAll(databaseUrl: string, onDisk: () => Promise<void>): Promise<PathResult> {
  const contenders: Contender[] = []
  const telling = setInterval(() => {
    for (const { exchange, next } of contenders) exchange.stream.send(klineText(SYMBOL, next, false))
  }, OPEN_BAR_MS)
  try {
    for (const kind of kinds) contenders.push(await openContender(kind, databaseUrl))
    // nothing that is measured once one of them is dead would mean anything
    await Promise.race([measureRounds(contenders, onDisk), ...contenders.map(dead)])
    const ours = contenders.find(({ kind }) => kind === 'ours')!
    const { samples = 0, least = 0 } = (await figuresOf(ours.child)).trace
    const expected = WARM_UP + ROUNDS * SAMPLES
    if (samples !== expected) throw new Error(`${samples} of ${expected} orders were proven to be committed before their first byte left`)
    const clients = Object.fromEntries(contenders.map(one => [one.kind, pathFigures(one)])) as PathResult['clients']
    return { clients, samples, least }
  } finally {
    clearInterval(telling)
    for (const { child, exchange } of contenders) {
      if (child.connected) {
        const ended = once(child, 'exit')
        child.disconnect()
        await ended
      }
      await exchange.close()
    }
  }
}

async function measureRounds(contenders: readonly Contender[], onDisk: () => Promise<void>): Promise<void> {
  for (const one of contenders) await measureRound(one, WARM_UP, onDisk)
  for (const one of contenders) Object.assign(one, { cpu: 0, orders: 0, times: [] })
  for (let round = 0; round < ROUNDS; round++) for (const one of contenders) await measureRound(one, SAMPLES, onDisk)
}

async function dead({ kind, child }: Contender): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`the client ${kind} ended with ${code}`)
}

async function openContender(kind: ClientKind, databaseUrl: string): Promise<Contender> {
  const exchange = await openExchange()
  const minute = Math.ceil(Date.now() / MINUTE)
  // the first bar is one on which is bought
  const start = (minute + (minute % 2 === 0 ? 1 : 0)) * MINUTE
  const setup: ClientSetup = { kind, port: exchange.port, start, databaseUrl }
  const child = fork(join(import.meta.dirname, 'live-client.ts'), [JSON.stringify(setup)], {
    execArgv: kind.startsWith('ours') ? serviceFlags : [],
  })
  await once(child, 'message')
  await exchange.listening
  return { kind, exchange, child, times: [], next: start, cpu: 0, orders: 0 }
}

async function figuresOf(child: ChildProcess): Promise<ClientFigures> {
  const answer = once(child, 'message')
  child.send('figures')
  return ((await answer) as [ClientFigures])[0]
}

const writes = ({ kind }: Contender): boolean => kind === 'ours' || kind === 'floor'

async function measureRound(one: Contender, samples: number, onDisk: () => Promise<void>): Promise<void> {
  const before = await figuresOf(one.child)
  for (let sample = 0; sample < samples; sample++) {
    one.times.push(await untilOrdered(one))
    await one.exchange.read()
    // in reality the next bar comes a minute later: what is written of the fill does not keep it waiting, nor what of that is not on disk yet
    if (writes(one)) {
      await figuresOf(one.child)
      await onDisk()
    }
    await pause(PAUSE_MS)
  }
  one.cpu += (await figuresOf(one.child)).cpu - before.cpu
  one.orders += samples
}

// Microseconds.
function untilOrdered(one: Contender): Promise<number> {
  const text = klineText(SYMBOL, one.next, true)
  one.next += MINUTE
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${one.kind} did not order`)), ANSWER_MS)
    let sent = 0
    one.exchange.arrived = at => {
      clearTimeout(late)
      resolve((at - sent) * 1000)
    }
    sent = performance.now()
    one.exchange.stream.send(text)
  })
}

function pathFigures({ times, cpu, orders }: Contender): PathFigures {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), cpu: cpu / orders }
}
