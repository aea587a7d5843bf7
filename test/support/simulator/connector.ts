/** @binance/connector has no types: what the tests use of it. */
import { createRequire } from 'node:module'
import type { Wire } from './rest.ts'

/** An answer of axios. */
interface Answer {
  readonly status: number
  readonly data: Wire
  readonly headers: Readonly<Record<string, string>>
}

type Options = Readonly<Record<string, string | number | boolean>>

/** Its REST client. */
export interface ConnectorSpot {
  exchangeInfo(options?: Options): Promise<Answer>
  klines(symbol: string, interval: string, options?: Options): Promise<Answer>
  depth(symbol: string, options?: Options): Promise<Answer>
  account(options?: Options): Promise<Answer>
  newOrder(symbol: string, side: string, type: string, options?: Options): Promise<Answer>
  newOrderTest(symbol: string, side: string, type: string, options?: Options): Promise<Answer>
  getOrder(symbol: string, options?: Options): Promise<Answer>
  cancelOrder(symbol: string, options?: Options): Promise<Answer>
  cancelOpenOrders(symbol: string, options?: Options): Promise<Answer>
  openOrders(options?: Options): Promise<Answer>
  myTrades(symbol: string, options?: Options): Promise<Answer>
  newOCOOrder(symbol: string, side: string, quantity: string, aboveType: string, belowType: string, options?: Options): Promise<Answer>
  cancelOCOOrder(symbol: string, options?: Options): Promise<Answer>
  apiPermissions(options?: Options): Promise<Answer>
  systemStatus(): Promise<Answer>
  signRequest(method: string, path: string, params?: Options): Promise<Answer>
}
/** Its streams. */
export interface ConnectorStream {
  kline(symbol: string, interval: string): void
  disconnect(): void
}
/** Its WebSocket API. */
export interface ConnectorApi {
  sendSignatureMessage(method: string, options: Options): void
  newOrder(symbol: string, side: string, type: string, options: Options): void
  disconnect(): void
}
/** What goes wrong, as axios throws it. */
export interface ConnectorError extends Error {
  readonly code?: string
  readonly response?: {
    readonly status: number
    readonly data: { readonly code: number; readonly msg: string }
    readonly headers: Readonly<Record<string, string>>
  }
}

interface Connector {
  readonly Spot: new (key: string, secret: string, options: object) => ConnectorSpot
  readonly WebsocketStream: new (options: object) => ConnectorStream
  readonly WebsocketAPI: new (key: string, secret: string, options: object) => ConnectorApi
}

/** The package. Its log would only be in the way. */
export const connector = createRequire(import.meta.url)('@binance/connector') as Connector

const nothing = (): void => {}
/** A logger that says nothing. */
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing, log: nothing }
