/** Which exchanges the cards may speak to: Binance's spot testnet, and whatever listens on 127.0.0.1. Never one with real money. */

/** An exchange by its addresses. */
export interface Target {
  readonly kind: 'testnet' | 'local'
  /** Where a card was confirmed, as a transcript tells it. */
  readonly site: string
  readonly rest: string
  readonly wsApi: string
  readonly streams: string
}

/** Binance's spot testnet. */
export const testnet: Target = {
  kind: 'testnet',
  site: 'testnet.binance.vision',
  rest: 'https://testnet.binance.vision',
  wsApi: 'wss://ws-api.testnet.binance.vision/ws-api/v3',
  streams: 'wss://stream.testnet.binance.vision',
}

const testnetOrigins = [testnet.rest, testnet.wsApi, testnet.streams].map(address => originOf(new URL(address)))

// URL.origin is "null" for ws: in the standard
function originOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`
}

/** Why an address is not spoken to, or null where it may be. */
export function refusalOf(address: string): string | null {
  if (!URL.canParse(address)) return `${address} is not an address. Give http://127.0.0.1:PORT.`
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return 'an address with a user or password in it is not spoken to.'
  const local = url.hostname === '127.0.0.1' && (url.protocol === 'http:' || url.protocol === 'ws:')
  if (local || testnetOrigins.includes(originOf(url))) return null
  return `${originOf(url)} is neither the spot testnet (${testnet.rest}) nor 127.0.0.1: fact cards place orders, and never with real money.`
}

/** A simulator by its REST address: http://127.0.0.1:PORT. Throws TypeError for everything else, the testnet excepted. */
export function targetOf(address: string): Target {
  const refusal = refusalOf(address)
  if (refusal !== null) throw new TypeError(refusal)
  const url = new URL(address)
  if (originOf(url) === testnet.rest) return testnet
  if (url.protocol !== 'http:') throw new TypeError(`${address} is not a REST address. Give http://127.0.0.1:PORT.`)
  const sockets = `ws://${url.host}`
  return { kind: 'local', site: 'simulator', rest: `http://${url.host}`, wsApi: `${sockets}/ws-api/v3`, streams: sockets }
}
