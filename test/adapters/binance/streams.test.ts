/** The market streams over real sockets, against a server that keeps Binance's limits. */
import { expect, onTestFinished, test } from 'vitest'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { at, lengthOf } from '#domain/time.ts'
import type { MarketMessage, MarketStreams, Stream } from '#ports/market.ts'
import { klineText, quoteText, StreamServer } from '../../support/binance/streams.ts'
import { TestClock } from '../../support/chat/clock.ts'
import { Watched } from '../../support/chat/until.ts'

const MINUTE = 60_000
const START = 1_700_000_040_000

interface Bed {
  readonly server: StreamServer
  readonly clock: TestClock
  readonly streams: MarketStreams
  readonly heard: MarketMessage[]
  readonly notes: string[]
  /** Resolves once something of this kind was heard so often. */
  until(kind: MarketMessage['kind'], count?: number): Promise<MarketMessage>
  /** Moves time in steps; in between what was sent arrives, as in as much time. */
  pass(milliseconds: number): Promise<void>
}

async function openBed(wanted: readonly Stream[]): Promise<Bed> {
  const clock = new TestClock({ short: 999, now: START })
  const server = new StreamServer(clock.now)
  const heard: MarketMessage[] = []
  const notes: string[] = []
  const watched = new Watched()
  const streams = openMarketStreams({ url: await server.listen(), clock, random: () => 0.5, note: text => notes.push(text) })
  streams.want(wanted)
  streams.start(message => {
    heard.push(message)
    watched.changed()
  })
  onTestFinished(async () => {
    await streams.stop()
    expect(server.broken).toEqual([])
  })
  const of = (kind: MarketMessage['kind']) => heard.filter(message => message.kind === kind)
  return {
    server,
    clock,
    streams,
    heard,
    notes,
    until: (kind, count = 1) =>
      watched.until(
        () => of(kind)[count - 1],
        () => `${count} of ${kind}; heard: ${JSON.stringify(heard.slice(-3))}`,
      ),
    async pass(milliseconds) {
      for (let passed = 0; passed < milliseconds; passed += 1000) {
        await clock.advance(Math.min(1000, milliseconds - passed))
        await server.sockets.beat()
      }
    },
  }
}

const minutes = (...symbols: string[]): Stream[] => symbols.map(symbol => ({ kind: 'candles', symbol, timeframe: '1m' }))
const candle = (symbol: string, openTime: number, close = 100) =>
  ({ symbol, timeframe: '1m', openTime: at(openTime), open: 100, high: 110, low: 90, close, volume: 2, complete: 1 }) as const
const names = (...symbols: string[]): string[] => symbols.map(symbol => `${symbol.toLowerCase()}@kline_1m`)
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `COIN${index}USDT`)

test('closed candles and quotes are heard, open bars are not', async () => {
  const bed = await openBed([...minutes('BTCUSDC'), { kind: 'quotes', symbol: 'BTCUSDC' }])
  await bed.server.subscribed(['btcusdc@kline_1m', 'btcusdc@bookTicker'])
  const bar = candle('BTCUSDC', START)
  const quote = { symbol: 'BTCUSDC', bid: 99.5, bidQuantity: 2, ask: 100.5, askQuantity: 3, time: bed.clock.now() }
  bed.server.send('btcusdc@kline_1m', klineText(bar, false))
  bed.server.send('btcusdc@kline_1m', klineText(bar, true))
  bed.server.send('btcusdc@bookTicker', quoteText(quote))
  await bed.until('quote')
  expect(bed.heard).toEqual([
    { kind: 'candle', candle: bar },
    { kind: 'quote', quote: { ...quote, time: bed.clock.now() } },
  ])
})

test('1,500 symbols share two connections, within the limits of each', async () => {
  const symbols = many(1500)
  const bed = await openBed(minutes(...symbols))
  await bed.server.subscribed(names(...symbols))
  expect(bed.server.open.map(peer => bed.server.lists.get(peer)?.size)).toEqual([1000, 500])
  expect(Math.max(...bed.server.open.flatMap(({ heard }) => heard.map(text => text.length)))).toBeLessThan(4096)
})

test('what is wanted may change: streams follow on connections that stay, and one without streams is closed', async () => {
  const symbols = many(1001)
  const bed = await openBed(minutes(...symbols))
  await bed.server.subscribed(names(...symbols))
  const [first] = bed.server.open
  bed.streams.want(minutes(...symbols.slice(0, 999), 'NEWUSDT'))
  await bed.server.subscribed(names('NEWUSDT'))
  await bed.server.sockets.watched.until(
    () => bed.server.open.length === 1,
    () => 'the end of the second connection',
  )
  expect(bed.server.open).toEqual([first])
  expect([...bed.server.lists.get(first!)!].sort()).toEqual(names(...symbols.slice(0, 999), 'NEWUSDT').sort())
})

test('a stream that is refused costs no other, and is told', async () => {
  const symbols = many(40)
  const bed = await openBed(minutes())
  bed.server.refused.add('coin17usdt@kline_1m')
  bed.streams.want(minutes(...symbols))
  await bed.server.subscribed(names(...symbols.filter(symbol => symbol !== 'COIN17USDT')))
  await bed.pass(2000)
  expect(bed.notes).toEqual(['Binance refuses to subscribe coin17usdt@kline_1m: Invalid request: coin17usdt@kline_1m (code 2)'])
})

test('a lost connection is opened again with every stream', async () => {
  const bed = await openBed(minutes('BTCUSDC', 'ETHUSDC'))
  await bed.server.subscribed(names('BTCUSDC', 'ETHUSDC'))
  bed.server.open[0]!.socket.terminate()
  const second = await bed.server.sockets.peer(1)
  await bed.server.sockets.watched.until(
    () => bed.server.lists.get(second)?.size === 2,
    () => 'both streams on the second connection',
  )
  expect(bed.heard).toEqual([])
})

test('ten seconds without a message are told, a new connection is opened, and being heard again is told', async () => {
  const bed = await openBed(minutes('BTCUSDC'))
  await bed.server.subscribed(names('BTCUSDC'))
  const [first] = bed.server.open
  bed.server.send('btcusdc@kline_1m', klineText(candle('BTCUSDC', START), false))
  await bed.pass(9_000)
  expect(bed.heard).toEqual([])
  await bed.pass(2_000)
  expect(bed.heard).toEqual([{ kind: 'silent', reason: 'the market streams have brought nothing for 10 s' }])
  const second = await bed.server.sockets.peer(1)
  await bed.server.sockets.watched.until(
    () => bed.server.lists.get(second)?.size === 1,
    () => 'the stream on the second connection',
  )
  expect(first!.open).toBe(true)
  bed.server.send('btcusdc@kline_1m', klineText(candle('BTCUSDC', START), false))
  await bed.until('heard')
  await bed.pass(6_000)
  expect(first!.open).toBe(false)
})

test('where nobody trades, silence is borne: a still symbol does not cost a connection every ten seconds', async () => {
  const bed = await openBed(minutes('STILLUSDC'))
  await bed.server.subscribed(names('STILLUSDC'))
  for (let minute = 0; minute < 30; minute++) {
    bed.server.send('stillusdc@kline_1m', klineText(candle('STILLUSDC', START + minute * MINUTE), true))
    await bed.pass(MINUTE)
  }
  expect(bed.server.sockets.peers.length).toBeLessThanOrEqual(6)
})

test('a closed candle that is overdue costs one new connection, not one a minute, whatever the others bring', async () => {
  const bed = await openBed(minutes('BTCUSDC', 'HALTUSDC'))
  await bed.server.subscribed(names('BTCUSDC', 'HALTUSDC'))
  for (let second = 0; second < 10 * 60; second += 5) {
    const bar = Math.floor(second / 60)
    bed.server.send('btcusdc@kline_1m', klineText(candle('BTCUSDC', START + bar * MINUTE), second % 60 === 55))
    await bed.pass(5_000)
  }
  expect(bed.notes).toEqual(['no closed candle came from haltusdc@kline_1m: a new connection is opened'])
  expect(bed.server.sockets.peers).toHaveLength(2)
})

test('a server that accepts but does not answer is left for another connection', async () => {
  const bed = await openBed([])
  bed.server.mute = true
  bed.streams.want(minutes('BTCUSDC'))
  await bed.server.sockets.peer(0)
  await bed.pass(12_000)
  bed.server.mute = false
  await bed.pass(5_000)
  await bed.server.subscribed(names('BTCUSDC'))
  expect(bed.heard[0]).toMatchObject({ kind: 'silent' })
})

test('stopped, nothing is open', async () => {
  const bed = await openBed(minutes('BTCUSDC'))
  await bed.server.subscribed(names('BTCUSDC'))
  await bed.streams.stop()
  await bed.server.sockets.watched.until(
    () => bed.server.open.length === 0,
    () => 'the end of the connection',
  )
  await bed.pass(lengthOf('1h'))
  expect(bed.server.sockets.peers).toHaveLength(1)
})
