/** API keys of the simulator: what they may do, and whether a signature is theirs. */
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, timingSafeEqual, verify } from 'node:crypto'

/** What a key may do unless said otherwise: read and trade, nothing that takes money out, from known addresses only. */
export const safeRights = {
  ipRestrict: true,
  enableReading: true,
  enableSpotAndMarginTrading: true,
  enableWithdrawals: false,
  enableInternalTransfer: false,
  permitsUniversalTransfer: false,
  enableMargin: false,
  enableFutures: false,
  enableVanillaOptions: false,
  enableFixApiTrade: false,
  enableFixReadOnly: false,
  enablePortfolioMarginTrading: false,
}

/** What a key may do, as apiRestrictions tells it. */
export type KeyRights = Readonly<Record<keyof typeof safeRights, boolean>>

/** A key as it is configured: `secret` for HMAC, or `publicKey` (PEM) for Ed25519 and RSA. */
export interface KeySetup {
  readonly apiKey: string
  readonly secret?: string
  readonly publicKey?: string
  readonly rights?: Partial<KeyRights>
}

/** How a key signs. */
export type KeyKind = 'HMAC' | 'ED25519' | 'RSA'

/** A key that the simulator knows. */
export interface ApiKey {
  readonly apiKey: string
  /** The number of the account that it belongs to. */
  readonly account: number
  readonly kind: KeyKind
  readonly rights: KeyRights
  /** True while it is taken back: nobody may do anything with it. */
  revoked: boolean
  /** True when the signature of a payload was made with this key. */
  signed(payload: string, signature: string): boolean
}

const hmac = (secret: string) => (payload: string, signature: string) => {
  const wanted = createHmac('sha256', secret).update(payload, 'utf8').digest()
  // the documentation: HMAC signatures are not case-sensitive
  const given = Buffer.from(signature.toLowerCase(), 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const asymmetric = (key: KeyObject, algorithm: string | null) => (payload: string, signature: string) =>
  verify(algorithm, Buffer.from(payload, 'utf8'), key, Buffer.from(signature, 'base64'))

/** Makes a configured key usable. Throws TypeError when it has neither a secret nor a public key. */
export function apiKeyOf({ apiKey, secret, publicKey, rights = {} }: KeySetup, account = 0): ApiKey {
  const common = { apiKey, account, rights: { ...safeRights, ...rights }, revoked: false }
  if (secret !== undefined) return { ...common, kind: 'HMAC', signed: hmac(secret) }
  if (publicKey === undefined) throw new TypeError(`the key ${apiKey.slice(0, 4)}… has neither a secret nor a public key`)
  const key = createPublicKey(publicKey)
  if (key.asymmetricKeyType === 'ed25519') return { ...common, kind: 'ED25519', signed: asymmetric(key, null) }
  return { ...common, kind: 'RSA', signed: asymmetric(key, 'sha256') }
}

const random = (): string => randomBytes(48).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 64)

/** A new HMAC key: never the same twice. */
export const newHmacKey = (): { readonly apiKey: string; readonly secret: string } => ({ apiKey: random(), secret: random() })

/** A new Ed25519 key: the private half (PEM, PKCS#8) is for the client alone. */
export function newEd25519Key(): { readonly apiKey: string; readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    apiKey: random(),
    publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
    privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}
