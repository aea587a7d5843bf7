/** What the market streams send, as recorded from Binance and as its documentation shows it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { nameOf, readMarket } from '#adapters/binance/market-messages.ts'
import { at } from '#domain/time.ts'
import { recordedOf } from '../../support/bundled.ts'
import { klineText } from '../../support/binance/streams.ts'

const NOW = at(1_723_161_254_000)
const read = (text: string) => readMarket(Buffer.from(text), NOW)

const recorded = (symbol: string): string[] =>
  gunzipSync(readFileSync(new URL(`../../vectors/streams/${symbol}-raw-stream.txt.gz`, import.meta.url)))
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => line.slice(line.indexOf(' ') + 1))

describe('a recorded stream goes through without a loss', () => {
  test.each([
    { symbol: 'BTCUSDT', quotes: 2586 },
    { symbol: 'ETHUSDT', quotes: 2627 },
  ])('$symbol: 3,500 messages, $quotes quotes', ({ symbol, quotes }) => {
    const lines = recorded(symbol)
    const heard = lines.map(line => readMarket(Buffer.from(line), NOW))
    const sent = lines
      .map(line => JSON.parse(line) as { stream?: string; data: Record<string, string> })
      .filter(({ stream }) => stream?.endsWith('@bookTicker'))
    expect(lines).toHaveLength(3500)
    expect(sent).toHaveLength(quotes)
    expect(heard.filter(({ kind }) => kind === 'quote')).toEqual(
      sent.map(({ data }) => ({
        kind: 'quote',
        quote: {
          symbol: data.s,
          bid: Number(data.b),
          bidQuantity: Number(data.B),
          ask: Number(data.a),
          askQuantity: Number(data.A),
          time: NOW,
        },
      })),
    )
    // trades, depth and a snapshot, which nobody asked for
    expect(heard.filter(({ kind }) => kind === 'other')).toHaveLength(3500 - quotes)
  })
})

test('every field of a closed bar arrives as it was sent; of an open bar nothing does', () => {
  const { columns } = recordedOf('ADAEUR', 0, 500)
  for (let bar = 0; bar < columns.time.length; bar++) {
    const candle = {
      symbol: 'ADAEUR',
      timeframe: '4h',
      openTime: at(columns.time[bar]!),
      open: columns.open[bar]!,
      high: columns.high[bar]!,
      low: columns.low[bar]!,
      close: columns.close[bar]!,
      volume: columns.volume[bar]!,
      complete: 1,
    } as const
    expect(read(klineText(candle, true))).toEqual({ kind: 'candle', candle })
    // written in any other way it is the same bar
    expect(read(klineText(candle, true).replace('"k":{', '"k":{"new":"field",'))).toEqual({ kind: 'candle', candle })
    expect(read(klineText(candle, false))).toEqual({ kind: 'open' })
  }
})

test.each([
  ['{"result":null,"id":7}', { kind: 'answer', id: 7, error: null }],
  ['{"code":2,"msg":"Invalid request: unknown","id":8}', { kind: 'answer', id: 8, error: 'Invalid request: unknown (code 2)' }],
  ['{"error":{"code":3,"msg":"Invalid JSON"},"id":9}', { kind: 'answer', id: 9, error: 'Invalid JSON (code 3)' }],
])('%s is an answer', (text, answer) => {
  expect(read(text)).toEqual(answer)
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"stream":"',
  '{"stream":"btcusdt@kline_1m","data":{"k":{"x":true',
  '{"stream":"btcusdt@kline_1m","data":{"k":{"x":true,"s":"BTCUSDT","i":"7m","t":1}}}',
  '{"stream":"btcusdt@kline_1m","data":{"k":{"x":true,"s":"BTCUSDT","i":"1m","t":"1"}}}',
  '{"stream":"btcusdt@bookTicker","data":null}',
  '{"stream":"btcusdt@avgPrice","data":{"e":"avgPrice","s":"BTCUSDT"}}',
  '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
  '{"id":null,"code":3,"msg":"Invalid JSON"}',
])('%s is nothing that we know, and no reason to stop', text => {
  expect(read(text)).toEqual({ kind: 'other' })
})

test.each(['{"o":1}', '{"o":"","h":"x"}', '{}'])('a price that is not there or no text is no number: %s', fields => {
  const bar = { s: 'BTCUSDT', i: '1m', t: 60_000, x: true, ...(JSON.parse(fields) as object) }
  const text = read(JSON.stringify({ stream: 'btcusdt@kline_1m', data: { k: bar } }))
  expect(text).toMatchObject({ kind: 'candle', candle: { open: Number.NaN, high: Number.NaN, close: Number.NaN } })
})

test('streams have the names of Binance', () => {
  expect(nameOf({ kind: 'candles', symbol: 'BTCUSDC', timeframe: '1d' })).toBe('btcusdc@kline_1d')
  expect(nameOf({ kind: 'quotes', symbol: 'BTCUSDC' })).toBe('btcusdc@bookTicker')
})
