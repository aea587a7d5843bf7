/** Every card, by theme. */
import type { Card } from '../card.ts'
import { balances } from './balances.ts'
import { cancelAndReplace } from './cancel-and-replace.ts'
import { clientIds } from './client-ids.ts'
import { filters } from './filters.ts'
import { icebergs } from './icebergs.ts'
import { limits } from './limits.ts'
import { listing } from './listing.ts'
import { marketData } from './market-data.ts'
import { oco } from './oco.ts'
import { opo } from './opo.ts'
import { orderTypes } from './order-types.ts'
import { oto } from './oto.ts'
import { pegged } from './pegged.ts'
import { selfTrade } from './self-trade.ts'
import { signaturesAndTime } from './signatures-and-time.ts'
import { streams } from './streams.ts'
import { timeInForce } from './time-in-force.ts'
import { trailing } from './trailing.ts'
import { userData } from './user-data.ts'
import { websocketApi } from './websocket-api.ts'

/** The themes, in the order in which they are run. */
export const themes: Readonly<Record<string, readonly Card[]>> = {
  'client ids': clientIds,
  'order types': orderTypes,
  'time in force': timeInForce,
  balances,
  'cancel and replace': cancelAndReplace,
  oco,
  oto,
  opo,
  'trailing stops': trailing,
  'pegged orders': pegged,
  icebergs,
  filters,
  listing,
  'signatures and time': signaturesAndTime,
  limits,
  'market data': marketData,
  'self-trade prevention': selfTrade,
  'websocket api': websocketApi,
  'user data': userData,
  streams,
}

/** All cards. */
export const allCards: readonly Card[] = Object.values(themes).flat()
