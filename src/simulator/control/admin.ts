/** The simulator's own endpoint, which Binance does not have: `/admin`. GET lists everything; POST to a path does it. */
import { beliefs, type SwitchName } from '../switches.ts'
import type { SocketKind } from '../wire/sockets.ts'
import type { World } from '../world.ts'
import type { Lags } from './faults.ts'
import { accountCommands, accountsOf, balancesOf } from './admin-accounts.ts'
import { faultCommands, faultKinds } from './admin-faults.ts'
import { symbolCommands } from './admin-symbols.ts'
import { conservationError } from './audit.ts'
import { AdminError, type Body, type Command, type Controlled } from './command.ts'
import { checkFields, flagIn, numberIn } from './reading.ts'

const kindOf = (body: Body): SocketKind | null => {
  const { kind = null } = body
  if (kind !== null && kind !== 'streams' && kind !== 'api') throw new AdminError('kind: "streams", "api", or nothing for both')
  return kind
}

function stepSeconds({ world: { replay, venue }, step }: Controlled, seconds: number): void {
  const until = Math.max(venue.marketNow + seconds * 1000, replay.due ?? 0)
  while (replay.due !== null && replay.due <= until) step(1)
}

const COUNT = { least: 0, whole: true }

const commands: Readonly<Record<string, Command>> = {
  step: {
    what: 'moves the market: whole instants (bars end, then new ones open; ticks: all of one moment), so many seconds of its own time (at least an instant), or single phases (range, close, open, tick)',
    body: '{"candles": 1} | {"candles": "end"} | {"seconds": 60} | {"phases": 1}',
    fields: ['candles', 'seconds', 'phases'],
    act(controlled, body) {
      if (body['phases'] !== undefined) controlled.step(numberIn(body, 'phases', 1, COUNT))
      else if (body['seconds'] !== undefined) stepSeconds(controlled, numberIn(body, 'seconds', 1, { least: 0 }))
      else controlled.stepCandles(body['candles'] === 'end' ? Number.POSITIVE_INFINITY : numberIn(body, 'candles', 1, COUNT))
      return market(controlled.world)
    },
  },
  ...faultCommands,
  lags: {
    what: 'lets views lag behind the engine: order queries, trades, balances',
    body: '{"orders": 0, "trades": 0, "balances": 0} in milliseconds of the server',
    fields: ['orders', 'trades', 'balances'],
    act({ world }, body) {
      const { lags } = world.faults
      const lag = (name: keyof Lags): number => numberIn(body, name, lags[name], { least: 0 })
      return Object.assign(lags, { orders: lag('orders'), trades: lag('trades'), balances: lag('balances') } satisfies Lags)
    },
  },
  clear: {
    what: 'disarms one fault, or all of them, with the lags and the engine’s',
    body: '{"id": 1} | {}',
    fields: ['id'],
    act({ world }, body) {
      const id = body['id'] === undefined ? null : numberIn(body, 'id', 0, COUNT)
      world.faults.disarm(id)
      if (id === null)
        for (const { venue } of world.accounts) Object.assign(venue.faults, { fillParts: 1, thinBook: 1, rejectActivations: 0 })
      return { left: world.faults.list().length }
    },
  },
  engine: {
    what: 'faults of the engine, for all accounts: fills in parts, a thin book (share of a bar’s volume), pending legs refused when they go live',
    body: '{"fillParts": 2, "thinBook": 0.01, "rejectActivations": 1}',
    fields: ['fillParts', 'thinBook', 'rejectActivations'],
    act({ world }, body) {
      const { fillParts, thinBook, rejectActivations } = world.venue.faults
      const faults = {
        fillParts: numberIn(body, 'fillParts', fillParts, { least: 1, whole: true }),
        thinBook: numberIn(body, 'thinBook', thinBook, { least: 0, most: 1 }),
        rejectActivations: numberIn(body, 'rejectActivations', rejectActivations, COUNT),
      }
      for (const { venue } of world.accounts) Object.assign(venue.faults, faults)
      return faults
    },
  },
  sockets: {
    what: 'drops sockets (drop), ends them as at the 24th hour (expire), silences (silence, speak), announces serverShutdown (shutdown), refuses coming ones (refuse)',
    body: '{"act": "drop", "kind": "streams" | "api", "count": 1}',
    fields: ['act', 'kind', 'count'],
    act({ sockets }, body) {
      const kind = kindOf(body)
      if (body['act'] === 'drop') sockets.drop(kind)
      else if (body['act'] === 'expire') sockets.expire(kind)
      else if (body['act'] === 'silence' || body['act'] === 'speak') sockets.silence(kind, body['act'] === 'silence')
      else if (body['act'] === 'shutdown') sockets.announceShutdown(kind)
      else if (body['act'] === 'refuse') sockets.refusals = numberIn(body, 'count', 1, COUNT)
      else throw new AdminError('act: drop, expire, silence, speak, shutdown, refuse')
      return { streams: sockets.count('streams'), api: sockets.count('api') }
    },
  },
  limits: {
    what: 'sets limits; block answers 429 and ban 418 for so many milliseconds; forgive ends both',
    body: '{"weight": 6000, "orders10s": 50, "orders1d": 160000, "connections": 300, "patience": 10, "block": 0, "ban": 0, "forgive": true}',
    fields: ['weight', 'orders10s', 'orders1d', 'connections', 'patience', 'block', 'ban', 'forgive'],
    act({ world }, body) {
      const { limits } = world
      const { setup } = limits
      const limit = (name: keyof typeof setup): number => numberIn(body, name, setup[name], { least: 0 })
      const [block, ban] = [numberIn(body, 'block', 0, { least: 0 }), numberIn(body, 'ban', 0, { least: 0 })]
      const forgive = flagIn(body, 'forgive', false)
      limits.setup = {
        weight: limit('weight'),
        orders10s: limit('orders10s'),
        orders1d: limit('orders1d'),
        connections: limit('connections'),
        patience: limit('patience'),
      }
      for (const account of world.accounts) account.limits.setup = limits.setup
      if (forgive) for (const account of world.accounts) account.limits.forgive()
      if (body['block'] !== undefined) limits.block(block)
      if (body['ban'] !== undefined) limits.ban(ban)
      return { ...limits.setup, used: limits.weight, bannedUntil: limits.bannedUntil }
    },
  },
  ...symbolCommands,
  ...accountCommands,
  time: {
    what: 'moves the server’s clock against the real one (milliseconds): what leads to -1021',
    body: '{"skew": 0}',
    fields: ['skew'],
    act({ world }, body) {
      world.skew = numberIn(body, 'skew', world.skew)
      return { serverTime: world.now() }
    },
  },
  maintenance: {
    what: 'tells maintenance in /sapi/v1/system/status',
    body: '{"on": true}',
    fields: ['on'],
    act({ world }, body) {
      world.maintenance = flagIn(body, 'on', false)
      return { on: world.maintenance }
    },
  },
  switches: {
    what: 'sets facts that were not verified: true as believed, false the other way',
    body: '{"buyPairLocksTheDearer": false}',
    fields: null,
    act({ world }, body) {
      for (const [name, value] of Object.entries(body)) {
        if (!Object.hasOwn(beliefs, name))
          throw new AdminError(`${name}: there is no such switch. There are: ${Object.keys(beliefs).join(', ')}`)
        if (readAtOpening.includes(name)) throw new AdminError(`${name}: it is looked at when the simulator opens, and not again`)
        if (typeof value !== 'boolean') throw new AdminError(`${name}: true or false`)
      }
      Object.assign(world.switches, body)
      return world.switches
    },
  },
  log: {
    what: 'forgets the log of requests and events',
    body: '{}',
    fields: [],
    act({ log }) {
      log.clear()
      return {}
    },
  },
}

/** Switches that say what the simulator opens with. */
const readAtOpening: readonly string[] = ['documentedOrderLimits', 'widePercentPrice', 'defaultFeeIsTenBasisPoints'] satisfies SwitchName[]

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
  if (found.fields !== null) checkFields(body, name, found.fields)
  return found.act(controlled, body)
}
