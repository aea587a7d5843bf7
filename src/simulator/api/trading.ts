/** Endpoints of single orders: place, test, query, cancel. */
import { ApiError, missingBoth, noSuchOrder } from '../errors.ts'
import type { Params } from '../params.ts'
import { cancelAll, cancelOrder, type CancelRestriction, findOrder, type OrderName, placeOrder, testOrder } from '../trading/place.ts'
import { isOpen, type Order } from '../trading/order.ts'
import { cancelled, cancelReport, placed, queried } from '../trading/reports.ts'
import { commissionForOrder } from './account.ts'
import { readDraft, readResponse, usualResponse } from './drafts.ts'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { limited, readSpan } from './rows.ts'

/** The order that a request names. Throws -1102 when it names none. */
export function readName(params: Params, id = 'orderId', client = 'origClientOrderId'): OrderName {
  const symbol = params.symbol()
  const [orderId, clientOrderId] = [params.integer(id), params.id(client)]
  if (orderId === null && clientOrderId === null) throw missingBoth(client, id)
  return { symbol, orderId, clientOrderId }
}

function place({ world, params, ready }: Call): Answer {
  const draft = readDraft(params, world.switches)
  const response = readResponse(params, usualResponse(draft.type))
  ready()
  return ok(placed(placeOrder(world.venue, draft), response))
}

function test({ world, params, ready }: Call): Answer {
  const draft = readDraft(params, world.switches)
  readResponse(params, 'ACK')
  const rates = params.flag('computeCommissionRates') ?? false
  ready()
  testOrder(world.venue, draft)
  return ok(rates ? commissionForOrder(world) : {})
}

/** How a cancel may be restricted. Throws -1145. */
export const readRestriction = (params: Params): CancelRestriction =>
  params.oneOf('cancelRestrictions', ['ONLY_NEW', 'ONLY_PARTIALLY_FILLED'] as const, new ApiError(-1145, 'Invalid cancelRestrictions'))

function cancel({ world, params, ready }: Call): Answer {
  const name = readName(params)
  world.venue.symbol(name.symbol)
  const id = params.id('newClientOrderId') ?? world.venue.newId()
  const restriction = readRestriction(params)
  ready()
  const [order] = cancelOrder(world.venue, name, id, restriction)
  return ok(order!.listId < 0 ? cancelled(order!, id) : cancelReport(world.venue.lists.get(order!.listId)!, id))
}

function cancelEverything({ world, params, ready }: Call): Answer {
  const symbol = params.symbol()
  world.venue.symbol(symbol)
  ready()
  const id = world.venue.newId()
  const ended = cancelAll(world.venue, symbol, id)
  const lists = [...new Set(ended.flatMap(({ listId }) => (listId < 0 ? [] : [listId])))]
  return ok([
    ...ended.filter(({ listId }) => listId < 0).map(order => cancelled(order, id)),
    ...lists.map(list => cancelReport(world.venue.lists.get(list)!, id)),
  ])
}

// Orders as a query sees them: a lag shows what was a while ago.
function seen({ world }: Call, orders: Iterable<Order>): Order[] {
  const { orders: lag } = world.faults.lags
  if (lag === 0) return [...orders]
  return [...orders].flatMap(({ id }) => world.venue.views.order(id, world.now() - lag) ?? [])
}

function query(call: Call): Answer {
  const name = readName(call.params)
  call.world.venue.symbol(name.symbol)
  const mismatch = new ApiError(-2039, 'Client order ID is not correct for this order ID.')
  return ok(queried(findOrder(seen(call, call.world.venue.orders.values()), name, noSuchOrder(), mismatch)))
}

function openOrders(call: Call): Answer {
  const symbol = call.params.has('symbol') ? call.params.symbol() : null
  if (symbol !== null) call.world.venue.symbol(symbol)
  const { lags } = call.world.faults
  // with a lag an order that has ended may still look open
  const known = lags.orders === 0 ? call.world.venue.open : call.world.venue.orders.values()
  return ok(
    seen(call, known)
      .filter(order => isOpen(order) && (symbol === null || order.symbol === symbol))
      .map(queried),
  )
}

function allOrders(call: Call): Answer {
  const { params, world } = call
  const symbol = params.symbol()
  world.venue.symbol(symbol)
  const [id, { from, to }, limit] = [params.integer('orderId'), readSpan(params), params.limit(500, 1000)]
  const found = seen(call, world.venue.orders.values()).filter(
    order =>
      order.symbol === symbol &&
      (id === null || order.id >= id) &&
      (from === null || order.created >= from) &&
      (to === null || order.created <= to),
  )
  return ok(limited(found, limit, id !== null || from !== null).map(queried))
}

/** All of them. */
export const tradingEndpoints: readonly Endpoint[] = [
  { rest: 'POST /api/v3/order', ws: 'order.place', security: 'TRADE', weight: 1, orders: 1, answer: place },
  {
    rest: 'POST /api/v3/order/test',
    ws: 'order.test',
    security: 'TRADE',
    weight: params => (params.flag('computeCommissionRates') === true ? 20 : 1),
    answer: test,
  },
  { rest: 'GET /api/v3/order', ws: 'order.status', security: 'USER_DATA', weight: 4, answer: query },
  { rest: 'DELETE /api/v3/order', ws: 'order.cancel', security: 'TRADE', weight: 1, free: true, answer: cancel },
  { rest: 'DELETE /api/v3/openOrders', ws: 'openOrders.cancelAll', security: 'TRADE', weight: 1, free: true, answer: cancelEverything },
  {
    rest: 'GET /api/v3/openOrders',
    ws: 'openOrders.status',
    security: 'USER_DATA',
    weight: params => (params.has('symbol') ? 6 : 80),
    answer: openOrders,
  },
  { rest: 'GET /api/v3/allOrders', ws: 'allOrders', security: 'USER_DATA', weight: 20, answer: allOrders },
]
