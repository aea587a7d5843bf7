/** The endpoints by REST path and by WebSocket method. */
import { accountEndpoints } from '../api/account.ts'
import type { Endpoint } from '../api/endpoint.ts'
import { listEndpoints } from '../api/lists.ts'
import { marketEndpoints } from '../api/market.ts'
import { replaceEndpoints } from '../api/replace.ts'
import { tickerEndpoints } from '../api/tickers.ts'
import { tradingEndpoints } from '../api/trading.ts'
import { walletEndpoints } from '../api/wallet.ts'

const all: readonly Endpoint[] = [
  ...marketEndpoints,
  ...tickerEndpoints,
  ...tradingEndpoints,
  ...replaceEndpoints,
  ...listEndpoints,
  ...accountEndpoints,
  ...walletEndpoints,
]

/** By method and path. */
export const byRest: ReadonlyMap<string, Endpoint> = new Map(all.map(endpoint => [endpoint.rest, endpoint]))
/** By the WebSocket API's name. */
export const byWs: ReadonlyMap<string, Endpoint> = new Map(all.flatMap(endpoint => (endpoint.ws === null ? [] : [[endpoint.ws, endpoint]])))
