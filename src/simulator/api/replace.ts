/** Endpoints that change what rests: cancelReplace in both modes, and amend keeping the place in the queue. */
import { eight } from '../decimals.ts'
import { ApiError, bodyOf, filterFailure, missing, missingBoth, noSuchOrder, orderRejected } from '../errors.ts'
import { checkRules } from '../trading/checks.ts'
import { type AmendRequest, amendOrder } from '../trading/amend.ts'
import { cancelOrder, findOrder, placeOrder } from '../trading/place.ts'
import { pegged } from '../trading/peg.ts'
import { amended, cancelled, cancelReport, placed } from '../trading/reports.ts'
import type { World } from '../world.ts'
import { readDraft, readResponse, usualResponse } from './drafts.ts'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { limited } from './rows.ts'
import { readName, readRestriction } from './trading.ts'

type Half = { readonly result: 'SUCCESS' | 'FAILURE' | 'NOT_ATTEMPTED'; readonly response: object | null }

const FAILED = { code: -2022, msg: 'Order cancel-replace failed.' }
const HALF_FAILED = { code: -2021, msg: 'Order cancel-replace partially failed.' }

function attempt(act: () => object): Half {
  try {
    return { result: 'SUCCESS', response: act() }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { result: 'FAILURE', response: bodyOf(error) }
  }
}

const both = (cancel: Half, place: Half): object => ({
  cancelResult: cancel.result,
  newOrderResult: place.result,
  cancelResponse: cancel.response,
  newOrderResponse: place.response,
})

function cancelReplace({ world, params, ready }: Call): Answer {
  const mode = params.mustOneOf(
    'cancelReplaceMode',
    ['STOP_ON_FAILURE', 'ALLOW_FAILURE'] as const,
    new ApiError(-1130, "Data sent for parameter 'cancelReplaceMode' is not valid."),
  )
  const name = {
    symbol: params.symbol(),
    orderId: params.integer('cancelOrderId'),
    clientOrderId: params.id('cancelOrigClientOrderId'),
  }
  if (name.orderId === null && name.clientOrderId === null) throw missingBoth('cancelOrigClientOrderId', 'cancelOrderId')
  const cancelId = params.id('cancelNewClientOrderId') ?? world.venue.newId()
  const restriction = readRestriction(params)
  const exceeded =
    params.oneOf(
      'orderRateLimitExceededMode',
      ['DO_NOTHING', 'CANCEL_ONLY'] as const,
      new ApiError(-1130, "Data sent for parameter 'orderRateLimitExceededMode' is not valid."),
    ) ?? 'DO_NOTHING'
  const draft = readDraft(params, world.switches)
  const response = readResponse(params, usualResponse(draft.type))
  ready()
  const { venue } = world
  if (venue.symbol(draft.symbol).raw['cancelReplaceAllowed'] === false)
    throw orderRejected('Order cancel-replace is not supported for this symbol.')
  // filters and the order count are looked at before anything is done
  checkRules(venue, pegged(venue, draft))
  const full = world.limits.tooManyOrders(1)
  if (full && exceeded === 'DO_NOTHING') throw world.limits.tooMany()
  const { retryAfter } = world.limits.tooMany()
  const cancel = attempt(() => {
    const [order] = cancelOrder(venue, name, cancelId, restriction)
    return order!.listId < 0 ? cancelled(order!, cancelId) : cancelReport(venue.lists.get(order!.listId)!, cancelId)
  })
  if (cancel.result === 'FAILURE' && mode === 'STOP_ON_FAILURE') {
    // what was not attempted still counts
    world.limits.countOrders(1)
    return refused(full ? 429 : 400, FAILED, cancel, { result: 'NOT_ATTEMPTED', response: null }, retryAfter)
  }
  const place = attempt(() => placed(placeOrder(venue, draft), response))
  if (cancel.result === 'SUCCESS' && place.result === 'SUCCESS') return ok(both(cancel, place))
  if (cancel.result === 'FAILURE' && place.result === 'FAILURE') return refused(400, FAILED, cancel, place)
  return refused(full && mode === 'STOP_ON_FAILURE' ? 429 : 409, HALF_FAILED, cancel, place, retryAfter)
}

const refused = (status: number, head: object, cancel: Half, place: Half, retryAfter = 0): Answer => ({
  status,
  ...(status === 429 ? { retryAfter } : {}),
  body: { ...head, data: both(cancel, place) },
})

function amend({ world, params, ready }: Call): Answer {
  const name = readName(params)
  const clientOrderId = params.id('newClientOrderId')
  const quantity = params.decimal('newQty')
  if (quantity === null) throw missing('newQty')
  ready()
  const { raw } = world.venue.symbol(name.symbol)
  if (quantity === 0n) throw filterFailure('LOT_SIZE')
  const request: AmendRequest = { name, quantity, clientOrderId, most: mostAmends(raw.filters) }
  const { order, before, executionId } = amendOrder(world.venue, request)
  return ok(amended(order, before, executionId, world.venue.lists.get(order.listId) ?? null))
}

const mostAmends = (filters: World['venue']['symbols'][number]['filters']): number =>
  Number(filters.find(({ filterType }) => filterType === 'MAX_NUM_ORDER_AMENDS')?.['maxNumOrderAmends'] ?? Infinity)

function amendments({ world, params }: Call): Answer {
  const symbol = params.symbol()
  const orderId = params.integer('orderId')
  if (orderId === null) throw missing('orderId')
  const [from, limit] = [params.integer('fromExecutionId'), params.limit(500, 1000)]
  const order = findOrder(world.venue.orders.values(), { symbol, orderId, clientOrderId: null }, noSuchOrder(), noSuchOrder())
  const rows = order.amendments.filter(({ executionId }) => from === null || executionId >= from)
  return ok(
    limited(rows, limit, from !== null).map(({ from: before, to, executionId, origClientOrderId, newClientOrderId, time }) => ({
      symbol,
      orderId,
      executionId,
      origClientOrderId,
      newClientOrderId,
      origQty: eight(before),
      newQty: eight(to),
      time,
    })),
  )
}

/** All of them. */
export const replaceEndpoints: readonly Endpoint[] = [
  {
    rest: 'POST /api/v3/order/cancelReplace',
    ws: 'order.cancelReplace',
    security: 'TRADE',
    weight: 1,
    orders: 1,
    answer: cancelReplace,
  },
  { rest: 'GET /api/v3/order/amendments', ws: 'order.amendments', security: 'USER_DATA', weight: 4, answer: amendments },
  {
    rest: 'PUT /api/v3/order/amend/keepPriority',
    ws: 'order.amend.keepPriority',
    security: 'TRADE',
    weight: 4,
    answer: amend,
  },
]
