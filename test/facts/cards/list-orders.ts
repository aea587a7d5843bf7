/** Parameters of order lists, for the cards that send them. */
import type { Binance, Side } from '../client/binance.ts'
import { decimal } from '../client/instrument.ts'
import type { Params } from '../client/rest.ts'
import { NotRun, type Seen } from '../seen.ts'

/** Parameters of an OCO below and above the market, far enough that neither leg is reached; `more` changes or adds. */
export async function pairOf(binance: Binance, side: Side, more: Params = {}): Promise<Params> {
  const [below, above] = [decimal(await binance.around(0.9)), decimal(await binance.around(1.1))]
  const quantity = await binance.size()
  return side === 'SELL'
    ? { side, quantity, aboveType: 'LIMIT_MAKER', abovePrice: above, belowType: 'STOP_LOSS', belowStopPrice: below, ...more }
    : { side, quantity, aboveType: 'STOP_LOSS', aboveStopPrice: above, belowType: 'LIMIT_MAKER', belowPrice: below, ...more }
}

/** The working order of a list: a LIMIT BUY of the usual quantity, far away unless told otherwise. */
export async function working(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    workingType: 'LIMIT',
    workingSide: 'BUY',
    workingTimeInForce: 'GTC',
    workingPrice: decimal(await binance.resting('BUY')),
    workingQuantity: await binance.size(),
    ...more,
  }
}

/** The usual quantity, twice over: what remains after the fee is still enough for a pending leg of an OPO. */
export async function amply(binance: Binance): Promise<string> {
  return decimal(binance.instrument.size(await binance.resting('BUY')) * 2n)
}

/** A pending order that sells far above the market. */
export async function pending(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    pendingType: 'LIMIT',
    pendingSide: 'SELL',
    pendingTimeInForce: 'GTC',
    pendingPrice: decimal(await binance.resting('SELL')),
    pendingQuantity: await binance.size(),
    ...more,
  }
}

/** A working order that meets the market. */
export const atOnce = async (binance: Binance): Promise<Params> => ({ workingPrice: decimal(await binance.taking('BUY')) })
/** The reports of a list's orders. */
export const reports = (list: Seen): readonly Seen[] => list.list('orderReports')
/** The numbers of a list's orders. */
export const idsOf = (list: Seen): readonly number[] => list.list('orders').map(order => order.number('orderId'))

/** Throws NotRun where the symbol does not have this kind of list. */
export async function allowed(binance: Binance, flag: string): Promise<void> {
  if (binance.instrument.raw.at(flag) !== true) throw new NotRun(`${binance.symbol} does not have ${flag}`)
}

/** A pending pair: take profit above, stop below. */
export async function bracket(binance: Binance, more: Params = {}): Promise<Params> {
  return {
    pendingSide: 'SELL',
    pendingQuantity: await binance.size(),
    pendingAboveType: 'LIMIT_MAKER',
    pendingAbovePrice: decimal(await binance.around(1.1)),
    pendingBelowType: 'STOP_LOSS',
    pendingBelowStopPrice: decimal(await binance.around(0.9)),
    ...more,
  }
}

/** More than the account could sell, with what the working order brings. */
export const tooMuch = async (binance: Binance): Promise<Params> => ({ pendingQuantity: (await binance.tooLarge())['quantity'] })
