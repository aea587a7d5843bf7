/** A scene for tests of orders: what the account is told, as a transcript of execution reports. */
import type { Simulator } from '#simulator/simulator.ts'
import type { UserEvent } from '#simulator/trading/events.ts'
import { simulatorFor, type TestMarket } from './market.ts'
import { type Reply, type RestClient, restClient } from './rest.ts'

/** A simulator, a client with its key, and what the account was told. */
export interface Scene {
  readonly simulator: Simulator
  readonly rest: RestClient
  /** Reports since the last look, as "id execution status [quantity@price] [reason]". */
  told(): string[]
}

/** Sets one up. It ends with the test. */
export async function scene(market: TestMarket = {}): Promise<Scene> {
  const { simulator, key } = await simulatorFor(market)
  let seen = 0
  return {
    simulator,
    rest: restClient(simulator.url, key),
    told() {
      const events = simulator.log.events.slice(seen)
      seen += events.length
      return events.flatMap(event =>
        event.e === 'executionReport' ? [reportOf(event)] : event.e === 'listStatus' ? [`list ${String(event['l'])}`] : [],
      )
    },
  }
}
const reportOf = (event: UserEvent): string =>
  [
    String(event['i']),
    String(event['x']),
    event['x'] === 'TRADE'
      ? `${String(event['X'])} ${Number(event['l'])}@${Number(event['L'])}${event['m'] === true ? ' maker' : ''}`
      : String(event['X']),
    ...(event['x'] === 'NEW' && event['w'] === false ? ['waits'] : []),
    ...(event['eR'] === undefined || event['eR'] === 'NONE' ? [] : [String(event['eR'])]),
  ].join(' ')

/** Sends an order for BTCUSDC. */
export const order = (rest: RestClient, query: Record<string, string>): Promise<Reply> =>
  rest.signed('POST', '/api/v3/order', { symbol: 'BTCUSDC', ...query })
/** Sends a list for BTCUSDC. */
export const list = (rest: RestClient, kind: string, query: Record<string, string>): Promise<Reply> =>
  rest.signed('POST', `/api/v3/orderList/${kind}`, { symbol: 'BTCUSDC', ...query })
