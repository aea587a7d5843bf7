/** Endpoints of order lists: OCO, OTO, OTOCO, OPO, OPOCO; their queries and cancels; and the old order/oco. */
import type { OrderType, Side } from '#domain/order.ts'
import { ApiError, badCombination, cancelRejected, missing, missingBoth, notRequired, orderRejected } from '../errors.ts'
import type { Params } from '../params.ts'
import type { Switches } from '../switches.ts'
import type { List, ListDraft, ListKind } from '../trading/lists.ts'
import { type Draft, isOpen, type Order, type ResponseType } from '../trading/order.ts'
import { cancelList, placeList } from '../trading/place-list.ts'
import { cancelReport, listHead, placed } from '../trading/reports.ts'
import type { World } from '../world.ts'
import { readLeg, readQuantity, readResponse, readSide, readStp, readType } from './drafts.ts'
import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { limited, readSpan } from './rows.ts'

const takers: readonly OrderType[] = ['LIMIT_MAKER', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT']
const stops: readonly OrderType[] = ['STOP_LOSS', 'STOP_LOSS_LIMIT']
const inPairs: readonly OrderType[] = [...takers, ...stops]

// Answers a placed list. A pending leg is told as it was when it was placed, whatever came of it since.
function answer(world: World, draft: ListDraft, response: ResponseType): Answer {
  const list = placeList(world.venue, draft)
  const waiting = list.working === null ? [] : list.orders.slice(1)
  return ok({
    ...listHead(list),
    listStatusType: 'EXEC_STARTED',
    listOrderStatus: 'EXECUTING',
    orderReports: list.orders.map(order => placed(waiting.includes(order) ? asPlaced(order, list) : order, response)),
  })
}

function asPlaced(order: Order, list: List): Order {
  const draft = list.pending[list.orders.indexOf(order) - 1]!
  const none = 0n as Order['quantity']
  return {
    ...order,
    status: 'PENDING_NEW',
    quantity: draft.quantity,
    executed: none,
    quote: 0n as Order['quote'],
    peggedPrice: draft.peggedPrice,
    trailingTime: -1,
    workingTime: -1,
    expiry: null,
    trades: [],
  }
}

/** The two legs of a pair. `prefix`: "" for an OCO, "pending" for those of an OTOCO. Throws ApiError for types that do not pair. */
function readPair(params: Params, { symbol, side, quantity, prefix, stp }: PairNames, switches: Switches): readonly Draft[] {
  const name = (leg: string): string => (prefix === '' ? leg.toLowerCase() : `${prefix}${leg}`)
  const unsupported = new ApiError(-1158, 'Order type not supported in OCO.')
  const above = readType(params, `${name('Above')}Type`, inPairs, unsupported)
  const below = readType(params, `${name('Below')}Type`, inPairs, unsupported)
  if (takers.includes(above) && takers.includes(below)) throw bothLimit(above, below)
  if (stops.includes(above) && stops.includes(below)) throw unsupported
  checkSide(side, above, below)
  return [
    readLeg(params, { symbol, side, type: above, quantity, prefix: name('Above'), stp }, switches),
    readLeg(params, { symbol, side, type: below, quantity, prefix: name('Below'), stp }, switches),
  ]
}

interface PairNames {
  readonly symbol: string
  readonly side: Side
  readonly quantity: Draft['quantity'] | null
  readonly prefix: string
  readonly stp: Draft['stp']
}

const bothLimit = (above: OrderType, below: OrderType): ApiError =>
  above === 'LIMIT_MAKER' && below === 'LIMIT_MAKER'
    ? new ApiError(-1168, 'At least one OCO order must be contingent.')
    : new ApiError(-1158, 'Order type not supported in OCO.')

// A seller takes profit above and stops below; a buyer the other way round.
function checkSide(side: Side, above: OrderType, below: OrderType): void {
  if (side === 'SELL' && below === 'LIMIT_MAKER') throw new ApiError(-1166, 'A limit order in a sell OCO must be above.')
  if (side === 'BUY' && above === 'LIMIT_MAKER') throw new ApiError(-1165, 'A limit order in a buy OCO must be below.')
  if (side === 'SELL' && stops.includes(above)) throw new ApiError(-1197, 'A stop loss order in a sell OCO must be below.')
  if (side === 'BUY' && stops.includes(below)) throw new ApiError(-1196, 'A stop loss order in a buy OCO must be above.')
  if (side === 'SELL' && below.startsWith('TAKE')) throw new ApiError(-1199, 'A take profit order in a sell OCO must be above.')
  if (side === 'BUY' && above.startsWith('TAKE')) throw new ApiError(-1198, 'A take profit order in a buy OCO must be below.')
}

function oco({ world, params, ready }: Call): Answer {
  const symbol = params.symbol()
  const names = { symbol, side: readSide(params), quantity: readQuantity(params), prefix: '', stp: readStp(params) }
  const legs = readPair(params, names, world.switches)
  const [clientId, response] = [params.id('listClientOrderId'), readResponse(params, 'ACK')]
  ready()
  return answer(world, { kind: 'OCO', symbol, clientId, working: null, legs }, response)
}

// The old form of an OCO: a LIMIT_MAKER at `price`, and a stop with or without a limit.
function oldOco({ world, params, ready }: Call): Answer {
  const symbol = params.symbol()
  const side = readSide(params)
  const quantity = readQuantity(params)
  const stp = readStp(params)
  const limited = params.decimal('stopLimitPrice')
  const stopPrice = params.decimal('stopPrice')
  const price = params.decimal('price')
  if (price === null) throw missing('price')
  if (stopPrice === null) throw missing('stopPrice')
  const validity = params.oneOf('stopLimitTimeInForce', ['GTC', 'IOC', 'FOK'] as const, new ApiError(-1115, 'Invalid timeInForce.'))
  if (limited !== null && validity === null) throw missing('stopLimitTimeInForce')
  if (limited === null && validity !== null) throw notRequired('stopLimitTimeInForce')
  const trailingDelta = params.integer('trailingDelta')
  if (trailingDelta === 0) throw new ApiError(-1130, "Data sent for parameter 'trailingDelta' is not valid.")
  const common = { symbol, side, quantity, quoteAmount: 0n as Draft['quoteAmount'], stp, peg: null, peggedPrice: 0n as Draft['price'] }
  const iceberg = (name: string, timeInForce: Draft['timeInForce']): Draft['iceberg'] => {
    const part = (params.decimal(name) ?? 0n) as Draft['iceberg']
    if (part > 0n && timeInForce !== 'GTC') throw orderRejected('Unsupported order combination')
    return part
  }
  if (limited === null) params.none('stopIcebergQty')
  const maker: Draft = {
    ...common,
    iceberg: iceberg('limitIcebergQty', 'GTC'),
    trailingDelta: 0,
    type: 'LIMIT_MAKER',
    timeInForce: 'GTC',
    price: price as Draft['price'],
    stopPrice: 0n as Draft['stopPrice'],
    clientOrderId: params.id('limitClientOrderId'),
    strategyId: params.integer('limitStrategyId'),
    strategyType: params.integer('limitStrategyType'),
  }
  const stop: Draft = {
    ...common,
    iceberg: iceberg('stopIcebergQty', validity ?? 'GTC'),
    trailingDelta: trailingDelta ?? 0,
    type: limited === null ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT',
    timeInForce: validity ?? 'GTC',
    price: (limited ?? 0n) as Draft['price'],
    stopPrice: stopPrice as Draft['stopPrice'],
    clientOrderId: params.id('stopClientOrderId'),
    strategyId: params.integer('stopStrategyId'),
    strategyType: params.integer('stopStrategyType'),
  }
  const [clientId, response] = [params.id('listClientOrderId'), readResponse(params, 'ACK')]
  ready()
  return answer(world, { kind: 'OCO', symbol, clientId, working: null, legs: [maker, stop] }, response)
}

function readWorking(params: Params, symbol: string, stp: Draft['stp'], switches: Switches): Draft {
  const type = readType(params, 'workingType', ['LIMIT', 'LIMIT_MAKER'])
  const side = readSide(params, 'workingSide')
  const quantity = readQuantity(params, 'workingQuantity')
  const working = readLeg(params, { symbol, side, type, quantity, prefix: 'working', stp }, switches)
  if (!switches.fokMayWork && working.timeInForce !== 'GTC') throw new ApiError(-1014, 'Unsupported order combination.')
  return working
}

/** OTO, OTOCO, OPO, OPOCO. */
const triggering =
  (kind: ListKind) =>
  ({ world, params, ready }: Call): Answer => {
    const symbol = params.symbol()
    const stp = readStp(params)
    const working = readWorking(params, symbol, stp, world.switches)
    const side = readSide(params, 'pendingSide')
    const pays = kind === 'OPO' || kind === 'OPOCO'
    if (pays && params.has('pendingQuantity')) throw new ApiError(-1225, "Pending orders should not include the 'pendingQuantity' tag.")
    const quantity = pays ? null : readQuantity(params, 'pendingQuantity')
    const paired = kind === 'OTOCO' || kind === 'OPOCO'
    const names = { symbol, side, quantity, prefix: 'pending', stp }
    const legs = paired
      ? readPair(params, names, world.switches)
      : [readLeg(params, { ...names, type: readType(params, 'pendingType') }, world.switches)]
    const [clientId, response] = [params.id('listClientOrderId'), readResponse(params, 'FULL')]
    ready()
    return answer(world, { kind, symbol, clientId, working, legs }, response)
  }

function findList(lists: Iterable<List>, id: number | null, clientId: string | null, unknown: ApiError): List {
  let found: List | undefined
  for (const list of lists) if (id === null ? list.clientId === clientId : list.id === id) found = list
  if (found === undefined || (id !== null && clientId !== null && found.clientId !== clientId)) throw unknown
  return found
}

function cancel({ world, params, ready }: Call): Answer {
  const { raw } = world.venue.symbol(params.symbol())
  const [id, clientId] = [params.integer('orderListId'), params.id('listClientOrderId')]
  if (id === null && clientId === null) throw missingBoth('listClientOrderId', 'orderListId')
  const cancelId = params.id('newClientOrderId') ?? world.venue.newId()
  ready()
  const open = [...world.venue.lists.values()].filter(list => list.symbol === raw.symbol && list.orders.some(isOpen))
  const list = findList(open, id, clientId, cancelRejected())
  cancelList(world.venue, list, cancelId)
  return ok(cancelReport(list, cancelId))
}

function query({ world, params }: Call): Answer {
  const [id, clientId] = [params.integer('orderListId'), params.id('origClientOrderId')]
  if (id === null && clientId === null) throw missingBoth('origClientOrderId', 'orderListId')
  return ok(listHead(findList(world.venue.lists.values(), id, clientId, new ApiError(-2018, 'Order list does not exist.'))))
}

function all({ world, params }: Call): Answer {
  const [fromId, { from, to }, limit] = [params.integer('fromId'), readSpan(params), params.limit(500, 1000)]
  if (fromId !== null && (from !== null || to !== null)) throw badCombination()
  const found = [...world.venue.lists.values()].filter(
    ({ id, time }) => (fromId === null || id >= fromId) && (from === null || time >= from) && (to === null || time <= to),
  )
  return ok(limited(found, limit, fromId !== null || from !== null).map(listHead))
}

const trade = { security: 'TRADE' as const, weight: 1 }
const read = { security: 'USER_DATA' as const }

/** All of them. */
export const listEndpoints: readonly Endpoint[] = [
  { ...trade, rest: 'POST /api/v3/orderList/oco', ws: 'orderList.place.oco', orders: 2, answer: oco },
  { ...trade, rest: 'POST /api/v3/order/oco', ws: 'orderList.place', orders: 2, answer: oldOco },
  { ...trade, rest: 'POST /api/v3/orderList/oto', ws: 'orderList.place.oto', orders: 2, answer: triggering('OTO') },
  { ...trade, rest: 'POST /api/v3/orderList/otoco', ws: 'orderList.place.otoco', orders: 3, answer: triggering('OTOCO') },
  { ...trade, rest: 'POST /api/v3/orderList/opo', ws: 'orderList.place.opo', orders: 2, answer: triggering('OPO') },
  { ...trade, rest: 'POST /api/v3/orderList/opoco', ws: 'orderList.place.opoco', orders: 3, answer: triggering('OPOCO') },
  { ...trade, rest: 'DELETE /api/v3/orderList', ws: 'orderList.cancel', free: true, answer: cancel },
  { ...read, rest: 'GET /api/v3/orderList', ws: 'orderList.status', weight: 4, answer: query },
  {
    ...read,
    rest: 'GET /api/v3/openOrderList',
    ws: 'openOrderLists.status',
    weight: 6,
    answer: ({ world }) => ok([...world.venue.lists.values()].filter(({ orders }) => orders.some(isOpen)).map(listHead)),
  },
  { ...read, rest: 'GET /api/v3/allOrderList', ws: 'allOrderLists', weight: 20, answer: all },
]
