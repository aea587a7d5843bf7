/**
 * The matching as a transcript: a line is what is done, an arrow, and what the exchange says to it.
 *
 *   1 BUY LIMIT 2 at 95            -> 1 accepted
 *   1 SELL STOP_LOSS 2 stop 95 | 2 SELL LIMIT_MAKER 2 at 110       a pair
 *   1 BUY MARKET for 100           an amount of quote; also: IOC, FOK, guard 90
 *   cancel 1
 *   replace 1 by 2 SELL STOP_LOSS 2 stop 96
 *   quote 99 5 101 3               a live book: bid and its quantity, ask and its quantity
 *   open 100 · range 105 95 · close 99 · bar 100 105 95 99         a volume may follow open and bar (else a million)
 *   wallet                         -> BTC 1, USDC 900 (100 locked)
 */
import { type Amount, format, type Money, money, price, type Quantity, quantity, ratio } from '#domain/money.ts'
import type { OrderRequest, OrderType, OrderUpdate, Side, TimeInForce } from '#domain/order.ts'
import { allOrderTypes, type Filters, noFilters, type SymbolInfo } from '#domain/symbol.ts'
import { at, type Time } from '#domain/time.ts'
import { Matching } from '#matching/matching.ts'

export interface Place {
  /** What there is at the start: "1000 USDC 2 BTC". */
  readonly have?: string
  readonly filters?: Partial<Filters>
  readonly trading?: boolean
  readonly fee?: string
  readonly maker?: string
  readonly slippage?: string
  readonly volumeShare?: number
  readonly bnbShare?: string
  /** The price of BNB in USDC. */
  readonly bnb?: string
}

export const infoOf = (symbol: string, base: string, filters: Partial<Filters> = {}, trading = true): SymbolInfo => ({
  symbol,
  base,
  quote: 'USDC',
  trading,
  orderTypes: allOrderTypes,
  replaces: true,
  filters: Object.keys(filters).length === 0 ? noFilters : { ...noFilters, ...filters },
})

export function openExchange(place: Place): Matching {
  const {
    have = '1000 USDC 10 BTC',
    filters,
    trading,
    fee = '0',
    maker = fee,
    slippage = '0',
    volumeShare = 0,
    bnbShare = '0',
    bnb,
  } = place
  const symbols = [infoOf('BTCUSDC', 'BTC', filters, trading), infoOf('BNBUSDC', 'BNB')]
  const matching = new Matching(symbols, {
    taker: ratio(fee),
    maker: ratio(maker),
    slippage: () => ratio(slippage),
    volumeShare,
    bnbShare: ratio(bnbShare),
  })
  const words = have.split(' ')
  for (let i = 0; i < words.length; i += 2) matching.wallet.of(words[i + 1]!).free = money(words[i]!)
  if (bnb !== undefined) matching.market('BNBUSDC').last = price(bnb)
  return matching
}

/** An order from its words: "1 BUY LIMIT 2 at 95". */
export function orderOf(text: string, pairedWith = 0): OrderRequest {
  const [id, side, type, ...rest] = text.trim().split(/\s+/)
  const said = (word: string): string => (rest.includes(word) ? rest[rest.indexOf(word) + 1]! : '0')
  const byQuote = rest[0] === 'for'
  return {
    id: Number(id),
    symbol: 'BTCUSDC',
    side: side as Side,
    type: type as OrderType,
    quantity: byQuote ? (0n as Quantity) : quantity(rest[0]!),
    quoteAmount: byQuote ? money(rest[1]!) : (0n as Money),
    price: price(said('at')),
    stopPrice: price(said('stop')),
    timeInForce: (['IOC', 'FOK'] as const).find(word => rest.includes(word)) ?? ('GTC' satisfies TimeInForce),
    guard: price(said('guard')),
    pairedWith,
  }
}

const updateText = ({ orderId, event, fill, reason }: OrderUpdate): string => {
  if (fill === null) return `${orderId} ${event}${reason === '' ? '' : `: ${reason}`}`
  const worth = fill.feeWorth > 0n ? ` worth ${format(fill.feeWorth)}` : ''
  const fee = fill.fee > 0n ? ` fee ${format(fill.fee)} ${fill.feeAsset}${worth}` : ''
  return `${orderId} ${event} ${format(fill.quantity)} at ${format(fill.price)} ${fill.maker ? 'maker' : 'taker'}${fee}`
}

/** Balances as text, those of nothing left out. */
export const walletText = (matching: Matching): string =>
  matching.wallet
    .all()
    .filter(({ free, locked }) => free + locked > 0n)
    .map(({ asset, free, locked }) => `${asset} ${amount(free + locked)}${locked > 0n ? ` (${amount(locked)} locked)` : ''}`)
    .sort()
    .join(', ')

const amount = (value: bigint): string => format(value as Amount<string>)

/** Does one line. What the exchange says to it. */
export function does(matching: Matching, line: string, time: Time): string {
  const market = matching.market('BTCUSDC')
  const [word, ...rest] = line.split(/\s+/)
  const numbers = rest.map(Number) as [number, number, number, number, number?]
  if (word === 'wallet') return walletText(matching)
  if (word === 'ambiguous') return String(matching.ambiguousBars)
  if (word === 'cancel') {
    if (!matching.cancel(numbers[0], time)) return 'not open'
  } else if (word === 'open') matching.open(market, numbers[0], numbers[1] ?? 1e6, time)
  else if (word === 'range') matching.range(market, numbers[0], numbers[1], time)
  else if (word === 'quote') matching.quote(market, numbers[0], numbers[1], numbers[2], numbers[3], time)
  else if (word === 'close') matching.close(market, numbers[0])
  else if (word === 'bar') {
    matching.open(market, numbers[0], numbers[4] ?? 1e6, time)
    matching.range(market, numbers[1], numbers[2], time)
    matching.close(market, numbers[3])
  } else if (word === 'replace') matching.replace(numbers[0], orderOf(line.slice(line.indexOf(' by ') + 4)), time)
  else if (line.includes('|')) {
    const [first, second] = line.split('|') as [string, string]
    const [a, b] = [orderOf(first), orderOf(second)]
    matching.placePair(orderOf(first, b.id), orderOf(second, a.id), time)
  } else matching.place(orderOf(line), time)
  return matching.updates.take().map(updateText).join('; ')
}

/** Plays a transcript. Both what was expected and what happened, line by line. */
export function transcript(place: Place, text: string): { readonly expected: string[]; readonly happened: string[] } {
  const matching = openExchange(place)
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const expected: string[] = []
  const happened: string[] = []
  for (const [index, line] of lines.entries()) {
    const [done = '', says = ''] = line.split('->').map(part => part.trim())
    expected.push(`${done} -> ${says}`)
    happened.push(`${done} -> ${does(matching, done, at(index))}`)
  }
  return { expected, happened }
}
