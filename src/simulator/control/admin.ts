/** The simulator's own endpoint, which Binance does not have: `/admin`. GET lists everything; POST to a path does it. */
import { beliefs, type SwitchName } from '../switches.ts'
import type { SocketKind } from '../wire/sockets.ts'
import type { World } from '../world.ts'
import type { EventFault, Lags, RequestFault, Where } from './faults.ts'
import { accountCommands, accountsOf, balancesOf } from './admin-accounts.ts'
import { symbolCommands } from './admin-symbols.ts'
import { conservationError } from './audit.ts'
import { AdminError, type Body, type Command, type Controlled } from './command.ts'

const number = (body: Body, name: string, usual: number): number => {
  const value = body[name] ?? usual
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new AdminError(`${name}: a number is needed, not ${JSON.stringify(value)}`)
  return value
}
const kindOf = (body: Body): SocketKind | null => {
  const { kind = null } = body
  if (kind !== null && kind !== 'streams' && kind !== 'api') throw new AdminError('kind: "streams", "api", or nothing for both')
  return kind
}

/** Faults that a request or an event can be hit by, with what each needs. */
const faultKinds: Readonly<Record<string, string>> = {
  reply_lost: 'carried out, then the connection is cut before the answer (WebSocket: no answer)',
  request_lost: 'not carried out, the connection is cut (WebSocket: no answer)',
  silence: 'nothing is ever answered; executed: true|false',
  server_error: 'an HTTP 5xx with an HTML body; status, executed: true|false',
  timeout: '-1007 with 504; executed: true|false',
  latency:
    'milliseconds of waiting; after: false (before it is looked at) | true (before its answer) | "engine" (between the two time checks)',
  late: 'the connection is cut, and the request carried out so many milliseconds later, if it is still within its recvWindow then',
  refuse: 'any refusal: status, code, text, retryAfter (seconds), such as -1021, -1003 with 429 or 418, -2015',
  events_first: 'the events of a request go out before its answer',
  event_lost: 'an event is not sent; where.type names it',
  event_twice: 'an event is sent twice',
  event_late: 'an event is sent after the one that follows it',
}

function stepSeconds({ world: { replay, venue }, step }: Controlled, seconds: number): void {
  const until = Math.max(venue.marketNow + seconds * 1000, replay.due ?? 0)
  while (replay.due !== null && replay.due <= until) step(1)
}

const commands: Readonly<Record<string, Command>> = {
  step: {
    what: 'moves the market: whole instants (bars end, then new ones open; ticks: all of one moment), so many seconds of its own time (at least an instant), or single phases (range, close, open, tick)',
    body: '{"candles": 1} | {"candles": "end"} | {"seconds": 60} | {"phases": 1}',
    act(controlled, body) {
      if (body['phases'] !== undefined) controlled.step(number(body, 'phases', 1))
      else if (body['seconds'] !== undefined) stepSeconds(controlled, number(body, 'seconds', 1))
      else controlled.stepCandles(body['candles'] === 'end' ? Number.POSITIVE_INFINITY : number(body, 'candles', 1))
      return market(controlled.world)
    },
  },
  faults: {
    what: 'arms a fault for the requests or events that it fits',
    body: '{"fault": {"kind": "reply_lost"}, "where": {"method": "POST", "path": "/api/v3/order", "count": 1, "skip": 0}}',
    act({ world }, { fault, where }) {
      const kind = (fault as { kind?: string } | undefined)?.kind
      if (kind === undefined || !Object.hasOwn(faultKinds, kind))
        throw new AdminError(`fault.kind: one of ${Object.keys(faultKinds).join(', ')}`)
      return world.faults.arm(completed(fault as RequestFault | EventFault), (where ?? {}) as Where)
    },
  },
  lags: {
    what: 'lets views lag behind the engine: order queries, trades, balances',
    body: '{"orders": 0, "trades": 0, "balances": 0} in milliseconds of the server',
    act({ world }, body) {
      for (const name of ['orders', 'trades', 'balances'] as const) world.faults.lags[name] = number(body, name, world.faults.lags[name])
      return world.faults.lags satisfies Lags
    },
  },
  clear: {
    what: 'disarms one fault, or all of them, with the lags and the engine’s',
    body: '{"id": 1} | {}',
    act({ world }, body) {
      const id = body['id'] === undefined ? null : number(body, 'id', 0)
      world.faults.disarm(id)
      if (id === null)
        for (const { venue } of world.accounts) Object.assign(venue.faults, { fillParts: 1, thinBook: 1, rejectActivations: 0 })
      return { left: world.faults.list().length }
    },
  },
  engine: {
    what: 'faults of the engine, for all accounts: fills in parts, a thin book (share of a bar’s volume), pending legs refused when they go live',
    body: '{"fillParts": 2, "thinBook": 0.01, "rejectActivations": 1}',
    act({ world }, body) {
      const { faults } = world.venue
      for (const name of ['fillParts', 'rejectActivations'] as const)
        if (!Number.isInteger(number(body, name, faults[name]))) throw new AdminError(`${name}: a whole number is needed`)
      for (const name of ['fillParts', 'thinBook', 'rejectActivations'] as const) faults[name] = number(body, name, faults[name])
      for (const { venue } of world.accounts) Object.assign(venue.faults, faults)
      return faults
    },
  },
  sockets: {
    what: 'drops sockets (drop), ends them as at the 24th hour (expire), silences (silence, speak), announces serverShutdown (shutdown), refuses coming ones (refuse)',
    body: '{"act": "drop", "kind": "streams" | "api", "count": 1}',
    act({ sockets }, body) {
      const kind = kindOf(body)
      if (body['act'] === 'drop') sockets.drop(kind)
      else if (body['act'] === 'expire') sockets.expire(kind)
      else if (body['act'] === 'silence' || body['act'] === 'speak') sockets.silence(kind, body['act'] === 'silence')
      else if (body['act'] === 'shutdown') sockets.announceShutdown(kind)
      else if (body['act'] === 'refuse') sockets.refusals = number(body, 'count', 1)
      else throw new AdminError('act: drop, expire, silence, speak, shutdown, refuse')
      return { streams: sockets.count('streams'), api: sockets.count('api') }
    },
  },
  limits: {
    what: 'sets limits; block answers 429 and ban 418 for so many milliseconds; forgive ends both',
    body: '{"weight": 6000, "orders10s": 50, "orders1d": 160000, "connections": 300, "patience": 10, "block": 0, "ban": 0, "forgive": true}',
    act({ world }, body) {
      const { limits } = world
      const { setup } = limits
      limits.setup = {
        weight: number(body, 'weight', setup.weight),
        orders10s: number(body, 'orders10s', setup.orders10s),
        orders1d: number(body, 'orders1d', setup.orders1d),
        connections: number(body, 'connections', setup.connections),
        patience: number(body, 'patience', setup.patience),
      }
      for (const account of world.accounts) account.limits.setup = limits.setup
      if (body['forgive'] === true) for (const account of world.accounts) account.limits.forgive()
      if (body['block'] !== undefined) limits.block(number(body, 'block', 0))
      if (body['ban'] !== undefined) limits.ban(number(body, 'ban', 0))
      return { ...limits.setup, used: limits.weight, bannedUntil: limits.bannedUntil }
    },
  },
  ...symbolCommands,
  ...accountCommands,
  time: {
    what: 'moves the server’s clock against the real one (milliseconds): what leads to -1021',
    body: '{"skew": 0}',
    act({ world }, body) {
      world.skew = number(body, 'skew', world.skew)
      return { serverTime: world.now() }
    },
  },
  maintenance: {
    what: 'tells maintenance in /sapi/v1/system/status',
    body: '{"on": true}',
    act({ world }, { on }) {
      world.maintenance = on === true
      return { on: world.maintenance }
    },
  },
  switches: {
    what: 'sets facts that were not verified: true as believed, false the other way',
    body: '{"buyPairLocksTheDearer": false}',
    act({ world }, body) {
      for (const [name, value] of Object.entries(body)) {
        if (!Object.hasOwn(beliefs, name))
          throw new AdminError(`${name}: there is no such switch. There are: ${Object.keys(beliefs).join(', ')}`)
        if (readAtOpening.includes(name)) throw new AdminError(`${name}: it is looked at when the simulator opens, and not again`)
        if (typeof value !== 'boolean') throw new AdminError(`${name}: true or false`)
        world.switches[name as SwitchName] = value
      }
      return world.switches
    },
  },
  log: {
    what: 'forgets the log of requests and events',
    body: '{}',
    act({ log }) {
      log.clear()
      return {}
    },
  },
}

/** Switches that say what the simulator opens with. */
const readAtOpening: readonly string[] = ['documentedOrderLimits', 'widePercentPrice', 'defaultFeeIsTenBasisPoints'] satisfies SwitchName[]

const completed = (fault: RequestFault | EventFault): RequestFault | EventFault => {
  switch (fault.kind) {
    case 'silence':
    case 'timeout':
      return { ...fault, executed: fault.executed ?? false }
    case 'server_error':
      return { ...fault, status: fault.status ?? 503, executed: fault.executed ?? false }
    case 'late':
      return { ...fault, milliseconds: fault.milliseconds ?? 1000 }
    case 'latency':
      return { ...fault, milliseconds: fault.milliseconds ?? 1000, after: fault.after ?? false }
    case 'refuse':
      return {
        ...fault,
        status: fault.status ?? 400,
        code: fault.code ?? -1000,
        text: fault.text ?? 'refused on purpose',
        retryAfter: fault.retryAfter ?? 0,
      }
    default:
      return fault
  }
}

const market = ({ replay, venue }: World): object => ({
  marketTime: venue.marketNow,
  next: replay.ended ? null : replay.next,
  instantsLeft: replay.left,
  ticksLeft: replay.ticksLeft,
  ended: replay.ended,
})

/** Everything there is to see and to do. */
export function describe({ world, sockets }: Controlled): object {
  return {
    what: 'The simulator’s own endpoint. GET /admin, /admin/requests, /admin/events; POST /admin/NAME with a JSON body, for the names in commands.',
    market: market(world),
    serverTime: world.now(),
    balances: balancesOf(world),
    balancesAddUp: conservationError(world.venue) ?? true,
    accounts: accountsOf(world),
    sockets: { streams: sockets.count('streams'), api: sockets.count('api') },
    armed: world.faults.list(),
    lags: world.faults.lags,
    engine: world.venue.faults,
    commands: Object.fromEntries(Object.entries(commands).map(([name, { what, body }]) => [name, { what, body }])),
    faultKinds,
    switches: Object.fromEntries(
      Object.entries(beliefs).map(([name, belief]) => [name, { ...belief, asBelieved: world.switches[name as SwitchName] }]),
    ),
  }
}

/** Does what an admin asks for. Throws AdminError. */
export function command(controlled: Controlled, name: string, body: Body): object {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (found === undefined) throw new AdminError(`there is no ${name}. There are: ${Object.keys(commands).join(', ')}`)
  return found.act(controlled, body)
}
