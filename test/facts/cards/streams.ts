/** Market streams: how they are subscribed to, and what comes. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { hasFields, holds, same, type Seen } from '../seen.ts'

const stream = ({ symbol }: Binance, kind: string): string => `${symbol.toLowerCase()}@${kind}`

// Has the market say something where it can be moved; elsewhere it does so by itself.
const stir = async ({ market }: Binance): Promise<void> => market?.candles(1)

const PATIENCE_MS = 30_000

/** The first event of a kind on a stream. */
async function first(binance: Binance, name: string, kind: string): Promise<Seen> {
  const socket = await binance.streams(`/ws/${name}`)
  await stir(binance)
  return socket.next(0, `an event ${kind}`, frame => frame.at('e') === kind, PATIENCE_MS)
}

/** So many differences of the book. */
async function differences(binance: Binance, count: number): Promise<readonly Seen[]> {
  const socket = await binance.streams(`/ws/${stream(binance, 'depth@100ms')}`)
  for (let step = 0; step < count; step++) await stir(binance)
  const found = (): readonly Seen[] => socket.frames.filter(frame => frame.at('e') === 'depthUpdate')
  return socket.until(`${count} differences`, () => (found().length >= count ? found() : null), PATIENCE_MS)
}

/** All of them. */
export const streams: readonly Card[] = [
  {
    id: 'stream-subscribe',
    says: 'SUBSCRIBE is answered with result null, LIST_SUBSCRIPTIONS with the names.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      const name = stream(binance, 'kline_4h')
      socket.send({ method: 'SUBSCRIBE', params: [name], id: 1 })
      same('the answer is', (await socket.next(0, 'an answer', frame => frame.at('id') === 1)).at('result'), null)
      socket.send({ method: 'LIST_SUBSCRIPTIONS', id: 'list' })
      same('the names are', (await socket.next(0, 'the list', frame => frame.at('id') === 'list')).at('result'), [name])
    },
  },
  {
    id: 'stream-unsubscribe',
    says: 'UNSUBSCRIBE takes a name off the list.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const [one, other] = [stream(binance, 'kline_4h'), stream(binance, 'miniTicker')]
      const socket = await binance.streams(`/ws/${one}/${other}`)
      socket.send({ method: 'UNSUBSCRIBE', params: [one], id: 1 })
      await socket.next(0, 'an answer', frame => frame.at('id') === 1)
      socket.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 })
      same('the names are', (await socket.next(0, 'the list', frame => frame.at('id') === 2)).at('result'), [other])
    },
  },
  {
    id: 'stream-wrong-request',
    says: 'A method that is none is answered with code 2.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      socket.send({ method: 'LISTEN', params: [], id: 1 })
      await socket.next(0, 'an error of code 2', frame => codeOf(frame) === 2)
    },
  },
  {
    id: 'stream-wrong-json',
    says: 'What is not JSON is answered with code 3.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      socket.send('hello')
      await socket.next(0, 'an error of code 3', frame => codeOf(frame) === 3)
    },
  },
  {
    id: 'stream-ids',
    says: 'An id is a 64-bit integer, a text of at most 36 characters, or null; another is answered with code 2.',
    source: 'web-socket-streams.md, Live Subscribing [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      for (const id of ['9223372036854775807', `"${'a'.repeat(36)}"`, 'null']) {
        const mark = socket.frames.length
        socket.send(`{"method":"LIST_SUBSCRIPTIONS","id":${id}}`)
        same(`the answer to ${id} is`, (await socket.next(mark, 'an answer', () => true)).at('result'), [])
      }
      const mark = socket.frames.length
      socket.send(`{"method":"LIST_SUBSCRIPTIONS","id":1.5}`)
      const text = 'Invalid request: request ID must be an unsigned integer'
      await socket.next(mark, 'an error of code 2', frame => codeOf(frame) === 2 && textOf(frame) === text)
    },
  },
  {
    id: 'stream-no-method',
    says: 'A request without a method is answered with code 2 "Invalid request: missing field `method` at line 1 column …".',
    source: 'web-socket-streams.md, Error Messages [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      socket.send('{"params":[],"id":1}')
      const text = 'Invalid request: missing field `method` at line 1 column 20'
      await socket.next(0, 'an error of code 2', frame => codeOf(frame) === 2 && textOf(frame) === text)
    },
  },
  {
    id: 'stream-wrong-properties',
    says: 'Property errors: code 0 for one that is none, code 2 for one that is no text, code 1 for a value that is not true or false.',
    source: 'web-socket-streams.md, Error Messages [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      for (const [request, code, text] of [
        [{ method: 'SET_PROPERTY', params: ['wrapped', true], id: 1 }, 0, 'Unknown property'],
        [{ method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 1 }, 1, 'Invalid value type: expected Boolean'],
        [{ method: 'GET_PROPERTY', params: [5], id: 1 }, 2, 'Invalid request: property name must be a string'],
      ] as const) {
        const mark = socket.frames.length
        socket.send(request)
        const frame = await socket.next(mark, 'an error', () => true)
        same('the error is', [codeOf(frame), textOf(frame)], [code, text])
      }
    },
  },
  {
    id: 'stream-raw-or-combined',
    says: '/ws sends payloads as they are, /stream wraps them: {stream, data}.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const name = stream(binance, 'miniTicker')
      const [raw, combined] = [await binance.streams(`/ws/${name}`), await binance.streams(`/stream?streams=${name}`)]
      await stir(binance)
      await raw.next(0, 'a 24hrMiniTicker', frame => frame.at('e') === '24hrMiniTicker', PATIENCE_MS)
      const wrapped = await combined.next(0, 'a wrapped frame', frame => frame.at('stream') === name, PATIENCE_MS)
      same('its data is a', wrapped.at('data', 'e'), '24hrMiniTicker')
    },
  },
  {
    id: 'stream-property',
    says: 'SET_PROPERTY combined turns the wrapping on; GET_PROPERTY tells it.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const name = stream(binance, 'miniTicker')
      const socket = await binance.streams(`/ws/${name}`)
      socket.send({ method: 'SET_PROPERTY', params: ['combined', true], id: 1 })
      await socket.next(0, 'an answer', frame => frame.at('id') === 1)
      socket.send({ method: 'GET_PROPERTY', params: ['combined'], id: 2 })
      same('combined is', (await socket.next(0, 'an answer', frame => frame.at('id') === 2)).at('result'), true)
      await stir(binance)
      await socket.next(0, 'a wrapped frame', frame => frame.at('stream') === name, PATIENCE_MS)
    },
  },
  {
    id: 'stream-kline',
    says: 'A kline event tells its candle in k, x whether it is closed.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams(`/ws/${stream(binance, 'kline_4h')}`)
      await stir(binance)
      const event = await socket.next(0, 'a kline event', frame => frame.at('e') === 'kline', PATIENCE_MS)
      hasFields(event, 'e E s k')
      hasFields(event.part('k'), 't T s i f L o c h l v n x q V Q B')
    },
  },
  {
    id: 'stream-kline-closes-once',
    says: 'A candle is told closed (x true) once, and is then the last but one of klines.',
    source: 'binance.md 5 [D]',
    needs: ['control'],
    async run(binance) {
      await binance.isOfNow()
      const socket = await binance.streams(`/ws/${stream(binance, 'kline_4h')}`)
      await binance.control.candles(2)
      const closed = (): number[] => socket.frames.filter(frame => frame.at('k', 'x') === true).map(frame => frame.number('k', 't'))
      await socket.until('two closed candles', () => closed().length >= 2)
      same('closed candles told once are', closed(), [...new Set(closed())])
      const klines = await binance.rest.read('/api/v3/klines', { symbol: binance.symbol, interval: '4h', limit: 3 })
      same(
        'klines before the open one are',
        klines
          .list()
          .slice(0, 2)
          .map(row => row.number(0)),
        closed(),
      )
    },
  },
  {
    id: 'stream-book-ticker',
    says: 'A bookTicker event has no e and no E: only u, s and the best of both sides.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams(`/ws/${stream(binance, 'bookTicker')}`)
      await stir(binance)
      const event = await socket.next(0, 'a bookTicker', frame => frame.at('u') !== undefined, PATIENCE_MS)
      same('its fields are', event.names().toSorted(), ['A', 'B', 'a', 'b', 's', 'u'])
    },
  },
  {
    id: 'stream-depth',
    says: 'A depth5 event tells lastUpdateId, bids and asks, and not its symbol: take it from a combined stream.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams(`/ws/${stream(binance, 'depth5')}`)
      await stir(binance)
      const event = await socket.next(0, 'a book', frame => frame.at('lastUpdateId') !== undefined, PATIENCE_MS)
      same('its fields are', event.names().toSorted(), ['asks', 'bids', 'lastUpdateId'])
      holds(event.list('bids').length <= 5, 'at most five bids', event.list('bids').length)
    },
  },
  {
    id: 'stream-depth-differences',
    says: 'A depthUpdate tells what changed in the book; its first update follows the last of the event before.',
    source: 'web-socket-streams.md, Diff. Depth Stream [D]',
    async run(binance) {
      const events = await differences(binance, 3)
      hasFields(events[0]!, 'e E s U u b a')
      for (const [place, event] of events.slice(1).entries()) same('the first update is', event.number('U'), events[place]!.number('u') + 1)
    },
  },
  {
    id: 'stream-local-book',
    says: 'A snapshot and the differences that follow it are the book: the first that is kept leads on from lastUpdateId.',
    source: 'web-socket-streams.md, How to manage a local order book correctly [D]',
    async run(binance) {
      const socket = await binance.streams(`/ws/${stream(binance, 'depth@100ms')}`)
      const kept = (after: number): readonly Seen[] =>
        socket.frames.filter(frame => frame.at('e') === 'depthUpdate' && frame.number('u') > after)
      await stir(binance)
      await socket.until('a difference', () => kept(0).length > 0, PATIENCE_MS)
      const snapshot = await binance.rest.read('/api/v3/depth', { symbol: binance.symbol, limit: 5000 })
      const id = snapshot.number('lastUpdateId')
      await stir(binance)
      await socket.until('a difference after the snapshot', () => kept(id).length > 0, PATIENCE_MS)
      const [first] = kept(id)
      holds(first!.number('U') <= id + 1, `a first update of at most ${id + 1}`, first)
      const best = (side: 'bids' | 'asks', changes: 'b' | 'a', sign: 1 | -1): bigint | undefined => {
        const book = new Map(snapshot.list(side).map(row => [row.amount(0), row.amount(1)]))
        for (const event of kept(id)) for (const row of event.list(changes)) book.set(row.amount(0), row.amount(1))
        const prices = [...book].flatMap(([price, quantity]) => (quantity > 0n ? [price * BigInt(sign)] : []))
        return prices.length === 0 ? undefined : prices.reduce((a, b) => (a > b ? a : b)) * BigInt(sign)
      }
      const [bid, ask] = [best('bids', 'b', 1), best('asks', 'a', -1)]
      holds(bid !== undefined && ask !== undefined && bid < ask, 'a best bid below the best ask', [bid, ask])
    },
  },
  {
    id: 'stream-average-price',
    says: 'An avgPrice event tells its interval, the price, and the time of the last trade.',
    source: 'web-socket-streams.md, Average Price [D]',
    async run(binance) {
      const event = await first(binance, stream(binance, 'avgPrice'), 'avgPrice')
      hasFields(event, 'e E s i w T')
      same('its interval is', event.at('i'), '5m')
    },
  },
  {
    id: 'stream-window-ticker',
    says: 'ticker_1h is a 1hTicker, whose begin is at a full minute; !ticker_1h@arr is an array of those that changed.',
    source: 'web-socket-streams.md, Rolling Window Statistics Streams [D]',
    async run(binance) {
      const event = await first(binance, stream(binance, 'ticker_1h'), '1hTicker')
      hasFields(event, 'e E s p P o h l c w v q O C F L n')
      same('the seconds of its begin are', event.number('O') % 60_000, 0)
      const all = await binance.streams('/ws/!ticker_1h@arr')
      await stir(binance)
      const rows = (await all.next(0, 'an array', frame => Array.isArray(frame.value), PATIENCE_MS)).list()
      same('its first is a', rows[0]!.at('e'), '1hTicker')
    },
  },
  {
    id: 'stream-all-tickers-are-gone',
    says: '!ticker@arr, which was retired on 2026-03-26, tells nothing; !miniTicker@arr does.',
    source: 'CHANGELOG.md 2026-02-24 [D]',
    async run(binance) {
      const socket = await binance.streams('/stream?streams=!ticker@arr/!miniTicker@arr')
      const of = (name: string): number => socket.frames.filter(frame => frame.at('stream') === name).length
      for (let count = 1; count <= 2; count++) {
        await stir(binance)
        await socket.until('tickers of all symbols', () => of('!miniTicker@arr') >= count, PATIENCE_MS)
      }
      same('what came of !ticker@arr is', of('!ticker@arr'), 0)
    },
  },
  {
    id: 'stream-kline-of-a-time-zone',
    says: 'kline_1d@+08:00 begins its days at 16:00 UTC, kline_1M its months on their first.',
    source: 'web-socket-streams.md, Kline Streams with timezone offset [D]',
    async run(binance) {
      const day = await first(binance, stream(binance, 'kline_1d@+08:00'), 'kline')
      same('the hour at which it begins is', (day.number('k', 't') / 3600_000) % 24, 16)
      const month = await first(binance, stream(binance, 'kline_1M'), 'kline')
      same('it begins', new Date(month.number('k', 't')).toISOString().slice(7), '-01T00:00:00.000Z')
    },
  },
  {
    id: 'stream-mini-ticker',
    says: 'A miniTicker event tells close, open, high, low and the volumes of 24 hours.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams(`/ws/${stream(binance, 'miniTicker')}`)
      await stir(binance)
      const event = await socket.next(0, 'a 24hrMiniTicker', frame => frame.at('e') === '24hrMiniTicker', PATIENCE_MS)
      hasFields(event, 'e E s c o h l v q')
    },
  },
  {
    id: 'stream-microseconds',
    says: 'timeUnit=MICROSECOND in the address gives times in microseconds.',
    source: 'binance.md 1.2 [D]',
    async run(binance) {
      const socket = await binance.streams(`/stream?streams=${stream(binance, 'miniTicker')}&timeUnit=MICROSECOND`)
      await stir(binance)
      const event = await socket.next(0, 'a 24hrMiniTicker', frame => frame.at('data', 'e') === '24hrMiniTicker', PATIENCE_MS)
      same('the digits of E are', String(event.number('data', 'E')).length, 16)
    },
  },
  {
    id: 'stream-five-frames-a-second',
    says: 'A client that sends more than 5 frames in a second is disconnected.',
    source: 'binance.md 5 [D]',
    async run(binance) {
      const socket = await binance.streams('/ws')
      // twice the limit, so that a second that ends between them changes nothing
      for (let id = 1; id <= 12; id++) socket.send({ method: 'LIST_SUBSCRIPTIONS', id })
      await socket.until('the connection to end', () => socket.closed !== null)
    },
  },
  {
    id: 'stream-server-shutdown',
    says: 'Before a server goes it says serverShutdown: raw {e, E}, combined under the stream !serverShutdown.',
    source: 'binance.md 5 [D]',
    needs: ['control'],
    async run(binance) {
      const name = stream(binance, 'miniTicker')
      const [raw, combined] = [await binance.streams(`/ws/${name}`), await binance.streams(`/stream?streams=${name}`)]
      await binance.control.admin('sockets', { act: 'shutdown', kind: 'streams' })
      hasFields(await raw.next(0, 'a serverShutdown', frame => frame.at('e') === 'serverShutdown'), 'e E')
      await combined.next(0, 'a wrapped serverShutdown', frame => frame.at('stream') === '!serverShutdown')
    },
  },
]

const textOf = (frame: { at(...path: string[]): unknown }): unknown => frame.at('msg') ?? frame.at('error', 'msg')
const codeOf = (frame: { at(...path: string[]): unknown }): unknown => frame.at('code') ?? frame.at('error', 'code')
