/** Random faults on real sockets: after each the streams bring what is wanted, all of it and nothing else, within Binance's limits. */
import { expect, onTestFinished, test } from 'vitest'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { at } from '#domain/time.ts'
import type { Stream } from '#ports/market.ts'
import { klineText, StreamServer } from '../../support/binance/streams.ts'
import { TestClock } from '../../support/chat/clock.ts'
import { seeded } from '../../support/live-market.ts'

const FAULTS = 300
const kinds = ['cut', 'closed', 'muted', 'shutdown', 'refused', 'answer lost', 'wanted changes', 'garbage'] as const

const nameOf = (symbol: string): string => `${symbol.toLowerCase()}@kline_1m`

test(`${FAULTS} faults: subscriptions are intact after each`, async () => {
  const random = seeded(7)
  const clock = new TestClock({ short: 999 })
  const server = new StreamServer(clock.now)
  const heard = new Set<string>()
  const streams = openMarketStreams({ url: await server.listen(), clock, random, note() {} })
  onTestFinished(() => streams.stop())
  let listed = 0
  const more = (count: number): string[] => Array.from({ length: count }, () => `COIN${listed++}USDT`)
  let symbols = more(30)
  const want = (): void => streams.want(symbols.map((symbol): Stream => ({ kind: 'candles', symbol, timeframe: '1m' })))
  want()
  streams.start(message => {
    if (message.kind === 'candle') heard.add(`${message.candle.symbol} ${message.candle.openTime}`)
  })
  const pass = async (): Promise<void> => {
    await clock.advance(1000)
    await server.sockets.beat()
  }
  const apply = async (kind: (typeof kinds)[number]): Promise<void> => {
    const sockets = server.open.map(({ socket }) => socket)
    switch (kind) {
      case 'cut':
        return sockets.forEach(socket => socket.terminate())
      case 'closed':
        return sockets.forEach(socket => socket.close(1001))
      case 'muted': {
        server.mute = true
        for (let second = random() * 60; second > 0; second--) await pass()
        server.mute = false
        return
      }
      case 'shutdown':
        return sockets.forEach(socket => socket.send('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}'))
      case 'refused':
        server.sockets.refusals = 3
        return sockets.forEach(socket => socket.terminate())
      case 'answer lost':
        server.loses = 1
        return sockets.forEach(socket => socket.terminate())
      case 'wanted changes':
        symbols = symbols.filter(() => random() < 0.7)
        symbols = [...symbols, ...more(30 - symbols.length)]
        return want()
      case 'garbage':
        return sockets.forEach(socket => socket.send('{"stream":"coin1usdt@kline_1m","data":{"k":{"x":true'))
    }
  }

  const counts = new Map<string, number>()
  for (let fault = 0; fault < FAULTS; fault++) {
    const kind = kinds[Math.floor(random() * kinds.length)]!
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    await apply(kind)
    // some come while the one before is not over
    if (random() < 0.3 && fault < FAULTS - 1) continue
    const names = symbols.map(nameOf)
    const openTime = fault * 60_000
    const missing = (): string[] => symbols.filter(symbol => !heard.has(`${symbol} ${openTime}`))
    for (let second = 0; missing().length > 0 && second < 150; second++) {
      for (const symbol of symbols) {
        const candle = {
          symbol,
          timeframe: '1m',
          openTime: at(openTime),
          open: 1,
          high: 1,
          low: 1,
          close: 1,
          volume: 1,
          complete: 1,
        } as const
        server.send(nameOf(symbol), klineText(candle, true))
      }
      await pass()
    }
    expect(missing(), `heard again after ${kind}, number ${fault}`).toEqual([])
    expect(server.missing(names)).toEqual([])
  }
  // what is not wanted any more is left, and only one connection stays
  for (let second = 0; second < 10; second++) await pass()
  expect(server.open.map(peer => [...server.lists.get(peer)!].toSorted())).toEqual([symbols.map(nameOf).toSorted()])
  expect(server.broken).toEqual([])
  expect([...counts.keys()].toSorted()).toEqual([...kinds].toSorted())
})
