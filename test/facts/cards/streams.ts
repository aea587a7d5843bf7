/** Market streams: how they are subscribed to, and what comes. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { hasFields, holds, same } from '../seen.ts'

const stream = ({ symbol }: Binance, kind: string): string => `${symbol.toLowerCase()}@${kind}`

// Has the market say something where it can be moved; elsewhere it does so by itself.
const stir = async ({ market }: Binance): Promise<void> => market?.candles(1)

const PATIENCE_MS = 30_000

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

const codeOf = (frame: { at(...path: string[]): unknown }): unknown => frame.at('code') ?? frame.at('error', 'code')
