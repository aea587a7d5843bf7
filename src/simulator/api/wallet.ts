/** The few SAPI endpoints that a trading service asks: rights of the key, state of the system and the account. */
import { missingBoth } from '../errors.ts'
import { type Call, type Endpoint, ok } from './endpoint.ts'

const read = { ws: null, security: 'USER_DATA' as const, weight: 1 }

const restrictions = ({ world, key }: Call): ReturnType<typeof ok> => ok({ ...key!.rights, createTime: world.started })

const burnState = ({ world }: Call): ReturnType<typeof ok> => ok({ spotBNBBurn: world.commission.inBnb, interestBNBBurn: false })

// Whether fees are paid in BNB. That of interest belongs to margin, which is not simulated.
function burn(call: Call): ReturnType<typeof ok> {
  const { world, params, ready } = call
  const [spot, interest] = [params.flag('spotBNBBurn'), params.flag('interestBNBBurn')]
  if (spot === null && interest === null) throw missingBoth('spotBNBBurn', 'interestBNBBurn')
  ready()
  world.commission.inBnb = spot ?? world.commission.inBnb
  return burnState(call)
}

/** All of them. */
export const walletEndpoints: readonly Endpoint[] = [
  { ...read, rest: 'GET /sapi/v1/account/apiRestrictions', answer: restrictions },
  {
    ...read,
    rest: 'GET /sapi/v1/account/status',
    answer: ({ world }) => ok({ data: world.venue.account.disabled ? 'Locked' : 'Normal' }),
  },
  {
    ...read,
    rest: 'GET /sapi/v1/account/apiTradingStatus',
    answer: ({ world }) =>
      ok({
        data: {
          isLocked: world.venue.account.disabled,
          plannedRecoverTime: 0,
          triggerCondition: { GCR: 150, IFER: 150, UFR: 300 },
          updateTime: world.now(),
        },
      }),
  },
  {
    ...read,
    rest: 'GET /sapi/v1/system/status',
    security: 'NONE',
    answer: ({ world }) => ok(world.maintenance ? { status: 1, msg: 'system_maintenance' } : { status: 0, msg: 'normal' }),
  },
  {
    ...read,
    rest: 'GET /sapi/v1/bnbBurn',
    answer: burnState,
  },
  {
    ...read,
    rest: 'POST /sapi/v1/bnbBurn',
    answer: burn,
  },
  {
    ...read,
    rest: 'GET /sapi/v1/asset/tradeFee',
    answer({ world, params }) {
      const symbol = params.has('symbol') ? params.symbol() : null
      const { maker, taker } = world.commission
      return ok(
        world.venue.symbols
          .filter(raw => symbol === null || raw.symbol === symbol)
          .map(raw => ({ symbol: raw.symbol, makerCommission: shareOf(maker), takerCommission: shareOf(taker) })),
      )
    },
  },
]

const shareOf = (value: bigint): string => String(Number(value) / 1e8)
