/** From parameters to an order: which ones a type needs, which it does not take, and what Binance says about either. */
import type { Money, Price, Quantity } from '#domain/money.ts'
import type { OrderType, Side, TimeInForce } from '#domain/order.ts'
import { allOrderTypes } from '#domain/symbol.ts'
import { ApiError, missing, missingBoth, notRequired, orderRejected } from '../errors.ts'
import type { Params } from '../params.ts'
import type { Switches } from '../switches.ts'
import { type Draft, hasPrice, isContingent, type Peg, pegPriceTypes, type ResponseType, type StpMode, stpModes } from '../trading/order.ts'

const sides: readonly Side[] = ['BUY', 'SELL']
const validities: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK']

/** How the parameters of a leg are called: a plain order has no prefix, an OCO's legs are `above…` and `below…`. */
export interface LegNames {
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** Null where it comes later (OPO). */
  readonly quantity: Quantity | null
  readonly prefix: string
  readonly stp: StpMode | null
}

const named = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`)

/** A side that has to be there. Throws -1117. */
export const readSide = (params: Params, name = 'side'): Side => params.mustOneOf(name, sides, new ApiError(-1117, 'Invalid side.'))

/** An order type that has to be there. Throws -1116, or `wrong` for one that is not among those allowed. */
export function readType(params: Params, name = 'type', allowed: readonly OrderType[] = allOrderTypes, wrong?: ApiError): OrderType {
  const type = params.mustOneOf(name, allOrderTypes, new ApiError(-1116, 'Invalid orderType.'))
  if (!allowed.includes(type)) throw wrong ?? new ApiError(-1116, 'Invalid orderType.')
  return type
}

/** The mode of self-trade prevention, or null. */
export const readStp = (params: Params): StpMode | null =>
  params.oneOf('selfTradePreventionMode', stpModes, new ApiError(-1130, "Data sent for parameter 'selfTradePreventionMode' is not valid."))

/** How much is to be answered: FULL for what may fill at once, else ACK, unless asked for. */
export const readResponse = (params: Params, usual: ResponseType): ResponseType =>
  params.oneOf(
    'newOrderRespType',
    ['ACK', 'RESULT', 'FULL'] as const,
    new ApiError(-1130, "Data sent for parameter 'newOrderRespType' is not valid."),
  ) ?? usual

/** What an order of a type is answered with unless asked otherwise. */
export const usualResponse = (type: OrderType): ResponseType => (type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK')

/** A quantity that has to be there, above zero. */
export function readQuantity(params: Params, name = 'quantity'): Quantity {
  const quantity = params.decimal(name)
  if (quantity === null) throw missing(name)
  if (quantity === 0n) throw new ApiError(-1013, 'Invalid quantity.')
  return quantity as Quantity
}

/** A plain order. Throws ApiError for what is missing, surplus or not supported. */
export function readDraft(params: Params, switches: Switches): Draft {
  const symbol = params.symbol()
  const side = readSide(params)
  const type = readType(params)
  const stp = readStp(params)
  const quoteAmount = type === 'MARKET' ? params.decimal('quoteOrderQty') : (params.none('quoteOrderQty'), null)
  if (type !== 'MARKET' || quoteAmount === null) {
    if (type === 'MARKET' && !params.has('quantity')) throw missingBoth('quantity', 'quoteOrderQty')
    return readLeg(params, { symbol, side, type, quantity: readQuantity(params), prefix: '', stp }, switches)
  }
  if (params.has('quantity')) throw notRequired('quantity')
  if (quoteAmount === 0n) throw new ApiError(-1013, 'Invalid quoteOrderQty.')
  const leg = readLeg(params, { symbol, side, type, quantity: null, prefix: '', stp }, switches)
  return { ...leg, quoteAmount: quoteAmount as Money }
}

/** One order of a list, or a plain one. */
export function readLeg(params: Params, { symbol, side, type, quantity, prefix, stp }: LegNames, switches: Switches): Draft {
  const name = (plain: string): string => named(prefix, plain)
  const peg = pegOf(params, name)
  const price = priceOf(params, type, name, peg)
  const { stopPrice, trailingDelta } = stopOf(params, type, name)
  const timeInForce = validityOf(params, type, name, switches)
  if (!hasPrice(type)) params.none(name('icebergQty'))
  const iceberg = params.decimal(name('icebergQty')) ?? 0n
  if (iceberg > 0n && timeInForce !== 'GTC')
    throw prefix === ''
      ? orderRejected('Unsupported order combination')
      : new ApiError(-1160, `Parameter '${name('icebergQty')}' is not supported if '${name('timeInForce')}' is not GTC.`)
  const strategyType = params.integer(name('strategyType'))
  if (strategyType !== null && strategyType < 1_000_000) throw new ApiError(-1134, '`strategyType` was less than 1000000.')
  const idName = prefix === '' ? 'newClientOrderId' : name('clientOrderId')
  return {
    symbol,
    side,
    type,
    timeInForce,
    quantity: quantity ?? (0n as Quantity),
    quoteAmount: 0n as Money,
    price,
    stopPrice,
    iceberg: iceberg as Quantity,
    trailingDelta,
    peg,
    peggedPrice: 0n as Price,
    clientOrderId: switches.clientOrderIdPattern ? params.id(idName) : params.text(idName),
    stp,
    strategyId: params.integer(name('strategyId')),
    strategyType,
  }
}

const DEEPEST = 100

// How the limit is taken from the book. Type and value of the offset come together (rest-api.md, "Pegged Orders").
function pegOf(params: Params, name: (plain: string) => string): Peg | null {
  const [typeName, valueName] = [name('pegOffsetType'), name('pegOffsetValue')]
  const priceType = params.oneOf(name('pegPriceType'), pegPriceTypes, new ApiError(-1210, 'Invalid pegPriceType.'))
  const offsetType = params.oneOf(typeName, ['PRICE_LEVEL'], new ApiError(-1211, 'Invalid pegOffsetType.'))
  const offset = params.integer(valueName)
  if (priceType === null && (offsetType !== null || offset !== null)) throw notRequired(offsetType === null ? valueName : typeName)
  if (priceType === null) return null
  if ((offsetType === null) !== (offset === null))
    throw new ApiError(-1128, `Combination of optional fields invalid. Recommendation: '${typeName}' and '${valueName}' must both be sent.`)
  if (offset !== null && offset > DEEPEST)
    throw new ApiError(-1102, `'${valueName}' contains unexpected value. Cannot be greater than ${DEEPEST}.`)
  return { priceType, offset }
}

function priceOf(params: Params, type: OrderType, name: (plain: string) => string, peg: Peg | null): Price {
  if (!hasPrice(type)) {
    params.none(name('price'))
    return 0n as Price
  }
  const price = params.decimal(name('price'))
  if (price === null && peg === null) throw missing(name('price'))
  return (price ?? 0n) as Price
}

function stopOf(params: Params, type: OrderType, name: (plain: string) => string): { stopPrice: Price; trailingDelta: number } {
  const [stopName, deltaName] = [name('stopPrice'), name('trailingDelta')]
  if (!isContingent(type)) {
    params.none(stopName, deltaName)
    return { stopPrice: 0n as Price, trailingDelta: 0 }
  }
  const [stopPrice, trailingDelta] = [params.decimal(stopName), params.integer(deltaName)]
  if (stopPrice === null && trailingDelta === null) throw missingBoth(stopName, deltaName)
  if (stopPrice === 0n) throw new ApiError(-1013, 'Stop price cannot be zero.')
  if (trailingDelta === 0) throw new ApiError(-1130, `Data sent for parameter '${deltaName}' is not valid.`)
  return { stopPrice: (stopPrice ?? 0n) as Price, trailingDelta: trailingDelta ?? 0 }
}

function validityOf(params: Params, type: OrderType, name: (plain: string) => string, { surplusTimeInForceIs1106 }: Switches): TimeInForce {
  const given = params.oneOf(name('timeInForce'), validities, new ApiError(-1115, 'Invalid timeInForce.'))
  if (type === 'LIMIT' || type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT') {
    if (given === null) throw missing(name('timeInForce'))
    return given
  }
  if (given !== null)
    throw surplusTimeInForceIs1106 ? notRequired(name('timeInForce')) : new ApiError(-1114, 'TimeInForce parameter sent when not required.')
  return 'GTC'
}
