/** Self-trade prevention: orders of one account do not trade with each other. */
import type { Card } from '../card.ts'
import type { Binance } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import { type Params, refused, type Reply } from '../client/rest.ts'
import { hasFields, holds, NotRun, same, type Seen } from '../seen.ts'

// Rests a SELL inside the spread and sends a BUY that would take it before anybody else's.
async function meeting(binance: Binance, mode: string): Promise<{ readonly maker: Seen; readonly taker: Seen }> {
  const modes = binance.instrument.raw.list('allowedSelfTradePreventionModes').map(({ value }) => value)
  if (!modes.includes(mode)) throw new NotRun(`${binance.symbol} does not allow ${mode}`)
  const { bid, ask } = await binance.prices()
  const price = decimal(binance.instrument.price(ask - binance.instrument.tick))
  if (ask - bid < binance.instrument.tick * 2n) throw new NotRun('there is no room between bid and ask')
  const order = { price, quantity: await binance.size() }
  const maker = await binance.rests('SELL', { ...order, type: 'LIMIT_MAKER', timeInForce: undefined, newOrderRespType: 'RESULT' })
  const taker = await binance.rests('BUY', { ...order, timeInForce: 'IOC', selfTradePreventionMode: mode })
  return { maker, taker }
}

/** All of them. */
export const selfTrade: readonly Card[] = [
  {
    id: 'stp-default-is-expire-maker',
    says: 'The default mode is EXPIRE_MAKER, and orders tell it.',
    source: 'binance.md 1.13 [D]',
    async run(binance) {
      same('the symbol tells', binance.instrument.raw.at('defaultSelfTradePreventionMode'), 'EXPIRE_MAKER')
      same('an order tells', (await binance.rests('BUY')).at('selfTradePreventionMode'), 'EXPIRE_MAKER')
    },
  },
  {
    id: 'stp-answer-tells-matches',
    says: 'The answer to an order that self-trade prevention stopped tells the matches that it did not make.',
    source: 'faqs/stp_faq.md [D]',
    async run(binance) {
      const { maker, taker } = await meeting(binance, 'EXPIRE_TAKER')
      const [match] = taker.list('preventedMatches')
      holds(match !== undefined, 'one prevented match', taker)
      hasFields(match!, 'preventedMatchId makerOrderId price takerPreventedQuantity')
      same('makerOrderId is', match!.number('makerOrderId'), maker.number('orderId'))
      same('takerPreventedQuantity is', match!.amount('takerPreventedQuantity'), taker.amount('origQty'))
    },
  },
  {
    id: 'stp-expire-maker',
    says: 'With EXPIRE_MAKER the resting order ends as EXPIRED_IN_MATCH, with the quantity that was prevented.',
    source: 'binance.md 1.13 [D]',
    async run(binance) {
      const { maker } = await meeting(binance, 'EXPIRE_MAKER')
      const order = await binance.becomes(maker.number('orderId'), 'EXPIRED_IN_MATCH')
      hasFields(order, 'preventedMatchId preventedQuantity')
      same('preventedQuantity is', order.amount('preventedQuantity'), maker.amount('origQty'))
    },
  },
  {
    id: 'stp-expire-taker',
    says: 'With EXPIRE_TAKER the arriving order ends as EXPIRED_IN_MATCH, and the resting one stays.',
    source: 'binance.md 1.13 [D]',
    async run(binance) {
      const { maker, taker } = await meeting(binance, 'EXPIRE_TAKER')
      same('the arriving order is', taker.text('status'), 'EXPIRED_IN_MATCH')
      await binance.becomes(maker.number('orderId'), 'NEW')
    },
  },
  {
    id: 'stp-matches-are-asked-for-by-id',
    says: 'myPreventedMatches takes preventedMatchId, or orderId with or without fromPreventedMatchId, and refuses neither, and both.',
    source: 'rest-api.md, Query Prevented Matches [D]',
    async run(binance) {
      const { taker } = await meeting(binance, 'EXPIRE_TAKER')
      const ask = (params: Params): Promise<Reply> =>
        binance.rest.signed('GET', '/api/v3/myPreventedMatches', { symbol: binance.symbol, ...params })
      const orderId = taker.number('orderId')
      const [match] = await binance.eventually(async () => {
        const rows = (await ask({ orderId })).body.list()
        same('so many matches are told', rows.length, 1)
        return rows
      })
      const preventedMatchId = match!.number('preventedMatchId')
      same('the one of an id is', (await ask({ preventedMatchId })).body.at(0, 'takerOrderId'), orderId)
      for (const params of [{}, { preventedMatchId, orderId }, { preventedMatchId, fromPreventedMatchId: 1 }])
        same(`${JSON.stringify(params)} is answered with`, (await ask(params)).status, 400)
    },
  },
  {
    id: 'stp-is-told-as-prevention',
    says: 'An order that ends so is told by an executionReport x=TRADE_PREVENTION.',
    source: 'binance.md 6 [D]',
    async run(binance) {
      const session = await binance.events()
      const mark = session.mark
      const { maker } = await meeting(binance, 'EXPIRE_MAKER')
      const report = await session.report(mark, maker.number('orderId'), 'TRADE_PREVENTION')
      same('X is', report.text('X'), 'EXPIRED_IN_MATCH')
    },
  },
  {
    id: 'stp-mode-not-allowed',
    says: 'A mode that the symbol does not allow is -1013 "This symbol does not allow the specified self-trade prevention mode."',
    source: 'binance.md 1.13 [D]',
    async run(binance) {
      const modes = binance.instrument.raw.list('allowedSelfTradePreventionModes').map(({ value }) => value)
      const known = ['NONE', 'TRANSFER', 'DECREMENT', 'EXPIRE_BOTH', 'EXPIRE_MAKER', 'EXPIRE_TAKER']
      const mode = known.find(one => !modes.includes(one))
      if (mode === undefined) throw new NotRun(`${binance.symbol} allows every mode`)
      const text = 'This symbol does not allow the specified self-trade prevention mode.'
      refused(await binance.tested(await binance.limit('BUY', { selfTradePreventionMode: mode })), 400, -1013, text)
    },
  },
]
