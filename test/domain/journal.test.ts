import { expect, test } from 'vitest'
import { type JournalRecords, journalLines } from '#domain/journal.ts'
import { type Amount, money, price, quantity } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { flat } from '#domain/position.ts'
import { emptyPlan, type Holding } from '#domain/slot.ts'
import type { Time } from '#domain/time.ts'

const NOW = 1_672_905_600_007 as Time
const order: Order = {
  id: 7,
  intent: 3,
  owner: 'rsi',
  purpose: 'protection',
  createdAt: NOW,
  reason: 'a stop',
  status: 'cancelled',
  executed: quantity('0.1'),
  quote: money('1600'),
  ending: 'asked "to"',
  request: {
    id: 7,
    symbol: 'BTCUSDC',
    side: 'SELL',
    type: 'STOP_LOSS',
    quantity: quantity('0.2'),
    quoteAmount: money('0'),
    price: price('0'),
    stopPrice: price('16000'),
    timeInForce: 'GTC',
    guard: price('0'),
    pairedWith: 8,
  },
}
const fill = {
  tradeId: 99,
  orderId: 7,
  symbol: 'BTCUSDC',
  side: 'SELL' as const,
  price: price('16000'),
  quantity: quantity('0.1'),
  quote: money('1600'),
  fee: money('1.6') as bigint as Amount<string>,
  feeAsset: 'USDC',
  feeWorth: money('0'),
  maker: true,
  time: NOW,
}
const idle = (owner: string): Holding => {
  return {
    owner,
    symbol: 'BTCUSDC',
    position: flat(owner, 'BTCUSDC'),
    plan: null,
    leaving: null,
    stoppedAt: 0 as Time,
    pending: money('0'),
  }
}
const records = (parts: Partial<JournalRecords>): JournalRecords => {
  return { decisions: [], intents: [], orders: [], fills: [], trips: [], holdings: [], ...parts }
}

test('a line for each thing, to the last digit, values by name', () => {
  const decision = { owner: 'rsi', symbol: 'BTCUSDC', kind: 'enter' as const, reason: 'low', time: NOW, price: 16_800.123456789 }
  const plan = {
    ...emptyPlan(),
    stop: price('15000'),
    partial: { at: { percent: 2.5 }, part: 0.5 },
    partialDone: true,
    timeLimit: 9,
    candles: 2,
  }
  const position = { ...flat('rsi', 'BTCUSDC'), quantity: quantity('0.1'), cost: money('1610'), openedAt: NOW, volume: quantity('0.2') }
  const trip = { owner: 'rsi', symbol: 'BTCUSDC', openedAt: 0 as Time, closedAt: NOW, quantity: quantity('1'), fees: money('0.1') }
  expect(
    journalLines({
      decisions: [
        { ...decision, outcome: 'ordered', message: '', values: { slow: 0.1 + 0.2, fast: 1e-7, '10': Number.NaN }, intent: 3 },
        { ...decision, outcome: 'halted', message: 'trading is halted', values: null, intent: 0 },
      ],
      intents: [{ number: 3, owner: 'rsi', symbol: 'BTCUSDC', purpose: 'entry', reason: 'low', time: NOW }],
      orders: [order],
      fills: [
        { fill, owner: 'rsi', intent: 3, reason: 'a stop', purpose: 'protection', base: 'BTC', quote: 'USDC', realised: money('-10.6') },
      ],
      trips: [{ trip: { ...trip, bought: money('10'), sold: money('9'), realised: money('-1') }, reason: 'stopped out' }],
      holdings: [
        { ...idle('rsi'), position, plan, leaving: { reason: 'out', quantity: quantity('0') }, stoppedAt: NOW, pending: money('5') },
      ],
    }),
  ).toEqual([
    'decision 2023-01-05 08:00:00.007 rsi BTCUSDC enter at 16800.123456789 ordered intent 3 "low" "" 10=NaN fast=1e-7 slow=0.30000000000000004',
    'decision 2023-01-05 08:00:00.007 rsi BTCUSDC enter at 16800.123456789 halted intent 0 "low" "trading is halted"',
    'intent 3 2023-01-05 08:00:00.007 rsi BTCUSDC entry "low"',
    'order intent 3 2023-01-05 08:00:00.007 rsi BTCUSDC protection SELL STOP_LOSS GTC 0.2 for 0 price 0 stop 16000 guard 0 paired ' +
      'cancelled 0.1 for 1600 "a stop" "asked \\"to\\""',
    'fill intent 3 2023-01-05 08:00:00.007 rsi BTCUSDC BTC/USDC protection SELL 0.1 at 16000 for 1600 fee 1.6 USDC maker realised -10.6 "a stop"',
    'trip 1970-01-01 00:00:00.000 to 2023-01-05 08:00:00.007 rsi BTCUSDC 1 bought 10 sold 9 realised -1 fees 0.1 "stopped out"',
    'holding rsi BTCUSDC 0.1 cost 1610 since 2023-01-05 08:00:00.007 realised 0 bought 0 sold 0 fees 0 volume 0.2 ' +
      'stop 15000 target 0 gap 0 peak 0 partial 0.5 at 2.5% done limit 9 candles 2 leaving 0 "out" stopped 2023-01-05 08:00:00.007 pending 5',
  ])
})

test('a fee in a third asset is written with what it is worth', () => {
  const record = { owner: 'rsi', intent: 3, reason: '', purpose: 'exit' as const, base: 'BTC', quote: 'USDC', realised: money('0') }
  const [line] = journalLines(records({ fills: [{ ...record, fill: { ...fill, feeAsset: 'BNB', feeWorth: money('960') } }] }))
  expect(line).toContain('fee 1.6 BNB worth 960 maker')
})

test('what differs between two runs of one market is left out: ids of ours and of the exchange, attempts that never arrived', () => {
  const other = { ...order, id: 12, request: { ...order.request, id: 12, pairedWith: 13 } }
  expect(journalLines(records({ orders: [{ ...order, id: 5, status: 'absent' }, other] }))).toEqual(
    journalLines(records({ orders: [order] })),
  )
  const record = { owner: 'rsi', intent: 3, reason: '', purpose: 'exit' as const, base: 'BTC', quote: 'USDC', realised: money('0') }
  expect(journalLines(records({ fills: [{ ...record, fill: { ...fill, tradeId: 1, orderId: 2 } }] }))).toEqual(
    journalLines(records({ fills: [{ ...record, fill }] })),
  )
})

test('holdings come by owner and symbol; those of nothing are left out', () => {
  const held = (owner: string): Holding => ({ ...idle(owner), stoppedAt: NOW })
  const lines = journalLines(records({ holdings: [held('b'), idle('c'), held('a')] }))
  expect(lines).toEqual(['a', 'b'].map(owner => `holding ${owner} BTCUSDC stopped 2023-01-05 08:00:00.007`))
})
