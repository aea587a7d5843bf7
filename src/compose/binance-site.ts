/** Which Binance is spoken to: the addresses of each that there is. */

/** The addresses of one Binance. */
export interface BinanceSite {
  readonly name: string
  /** On this machine: a simulator, where nothing is at stake. */
  readonly local: boolean
  /** REST with an account. */
  readonly api: string
  /** REST without one. */
  readonly data: string
  /** Market streams. */
  readonly streams: string
  /** The WebSocket API. */
  readonly webSocketApi: string
  /** Whether the wallet's endpoints are there, which tell what a key may do. */
  readonly tellsPermissions: boolean
}

// Binance's documentation: "General API information" of REST, streams and WebSocket API; testnet and demo mode have pages of their own.
const known: Readonly<Record<string, Omit<BinanceSite, 'name' | 'local'>>> = {
  binance: {
    api: 'https://api.binance.com',
    data: 'https://data-api.binance.vision',
    streams: 'wss://data-stream.binance.vision',
    webSocketApi: 'wss://ws-api.binance.com:443/ws-api/v3',
    tellsPermissions: true,
  },
  testnet: {
    api: 'https://testnet.binance.vision',
    data: 'https://testnet.binance.vision',
    streams: 'wss://stream.testnet.binance.vision',
    webSocketApi: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
    tellsPermissions: false,
  },
  demo: {
    api: 'https://demo-api.binance.com',
    data: 'https://demo-api.binance.com',
    streams: 'wss://demo-stream.binance.com',
    webSocketApi: 'wss://demo-ws-api.binance.com/ws-api/v3',
    tellsPermissions: false,
  },
}

const LOCAL = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** The addresses of `binance`, `testnet`, `demo`, or of a simulator ("http://127.0.0.1:9500"), which has all under one. */
export function siteOf(text: string): BinanceSite {
  const site = known[text]
  if (site !== undefined) return { name: text, local: false, ...site }
  const url = new URL(text)
  const api = url.origin
  const socket = api.replace(/^http/, 'ws')
  return {
    name: url.host,
    local: LOCAL.has(url.hostname),
    api,
    data: api,
    streams: socket,
    webSocketApi: `${socket}/ws-api/v3`,
    tellsPermissions: true,
  }
}

/** What the Binance at an address is called, as `siteOf` does: what is kept of it is kept under that. */
export const siteNamed = (address: string): string => {
  const { origin, host } = new URL(address)
  return Object.entries(known).find(([, { api, data }]) => api === origin || data === origin)?.[0] ?? host
}
