/** The paper exchange on a live book; on bars it is tested with the shells. */
import { expect, test } from 'vitest'
import { openPaperExchange, type PaperExchange } from '#adapters/paper/paper.ts'
import { format, type Money, money, ratio } from '#domain/money.ts'
import type { Order, OrderUpdate } from '#domain/order.ts'
import { at } from '#domain/time.ts'
import type { MarketEvent } from '#ports/feed.ts'
import { infoOf, orderOf } from '../support/exchange.ts'

const costs = { taker: ratio('0'), maker: ratio('0'), slippage: () => ratio('0.01'), volumeShare: 0.1, bnbShare: ratio('0') }

function open(state: string | null = null): { readonly paper: PaperExchange; readonly heard: string[] } {
  const paper = openPaperExchange(
    [infoOf('BTCUSDC', 'BTC')],
    costs,
    new Map<string, Money>([
      ['USDC', money('1000')],
      ['BTC', money('10')],
    ]),
  )
  const heard: string[] = []
  paper.connect(updates => heard.push(...updates.map(text)))
  if (state !== null) paper.restore(state)
  return { paper, heard }
}

const text = ({ orderId, event, fill }: OrderUpdate): string =>
  fill === null ? `${orderId} ${event}` : `${orderId} ${event} ${format(fill.quantity)} at ${format(fill.price)}`

const place = (paper: PaperExchange, words: string): void =>
  paper.act([{ kind: 'place', order: { id: Number(words.split(' ')[0]), request: orderOf(words) } as Order }], at(5))

const quotes = (time: number, bid: number, ask: number, quantity = 2): MarketEvent => ({
  kind: 'quotes',
  time: at(time),
  quotes: [{ symbol: 'BTCUSDC', bid, bidQuantity: quantity, ask, askQuantity: quantity, time: at(time) }],
})
const bar = {
  symbol: 'BTCUSDC',
  timeframe: '1m',
  openTime: at(0),
  open: 100,
  high: 500,
  low: 1,
  close: 50,
  volume: 9,
  complete: 1,
} as const

test('orders fill at the book; a bar that went through their prices fills nothing a second time', () => {
  const { paper, heard } = open()
  paper.market(quotes(1, 99, 101))
  place(paper, '1 BUY MARKET 3')
  place(paper, '2 SELL LIMIT 1 at 110')
  place(paper, '3 SELL STOP_LOSS 1 stop 90')
  expect(heard).toEqual(['1 accepted', '1 partly_filled 2 at 101', '2 accepted', '3 accepted'])
  paper.market({ kind: 'range', time: at(60_000), bars: [bar] })
  paper.market({ kind: 'close', time: at(60_000), bars: [bar], candles: [bar] })
  paper.market({ kind: 'open', time: at(60_000), opens: [{ symbol: 'BTCUSDC', price: 10, volume: 1000 }] })
  expect(heard).toHaveLength(4)
  paper.market(quotes(60_001, 100, 102))
  expect(heard.slice(4)).toEqual(['1 filled 1 at 102'])
})

test('after a start it waits for the first quote, with what was left of its orders', () => {
  const before = open()
  before.paper.market(quotes(1, 99, 101))
  place(before.paper, '1 BUY MARKET 3')
  place(before.paper, '2 SELL STOP_LOSS 3 stop 95')
  before.paper.market(quotes(2, 94, 96, 1))
  expect(before.heard.slice(-2)).toEqual(['2 partly_filled 1 at 94', '1 filled 1 at 96'])
  const { paper, heard } = open(before.paper.changedState())
  place(paper, '3 BUY MARKET 1')
  expect(heard).toEqual(['3 accepted'])
  paper.market(quotes(3, 97, 98))
  expect(heard.slice(1)).toEqual(['2 filled 2 at 97', '3 filled 1 at 98'])
})
