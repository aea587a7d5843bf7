/** Signing for Binance: HMAC-SHA256 with a secret, or Ed25519 with a private key. What signs stays in here. */
import { createHmac, createPrivateKey, createSecretKey, type KeyObject, sign } from 'node:crypto'
import { Fault } from '#domain/fault.ts'

/** Signs requests of one API key. */
export interface Signer {
  readonly apiKey: string
  readonly kind: 'hmac' | 'ed25519'
  /** The signature of a text: hexadecimal for HMAC, base64 for Ed25519 (to be percent-encoded in a URL). */
  sign(text: string): string
}

/**
 * Makes a signer of an API key and its secret. A secret that begins as a PEM file does is an Ed25519 private key (PKCS#8); in a settings
 * file its line ends may be written as \n. `named`: the setting that it comes from. Throws Fault misconfigured, which never shows the secret.
 */
export function openSigner(apiKey: string, secret: string, named = 'BINANCE_SECRET_KEY'): Signer {
  if (apiKey.trim() === '' || secret.trim() === '')
    throw new Fault('misconfigured', 'Binance: an API key and its secret are needed. Set BINANCE_API_KEY and BINANCE_SECRET_KEY.')
  if (!secret.includes('-----BEGIN')) {
    const key = createSecretKey(Buffer.from(secret.trim()))
    return { apiKey: apiKey.trim(), kind: 'hmac', sign: text => createHmac('sha256', key).update(text).digest('hex') }
  }
  const key = privateKeyOf(secret.replaceAll('\\n', '\n'), named)
  return { apiKey: apiKey.trim(), kind: 'ed25519', sign: text => sign(null, Buffer.from(text), key).toString('base64') }
}

function privateKeyOf(pem: string, named: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // what went wrong may quote the key
    throw new Fault('misconfigured', `Binance: ${named} cannot be read as a private key. A PKCS#8 PEM file without a passphrase is needed.`)
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Fault(
      'misconfigured',
      `Binance: ${named}: the private key is ${key.asymmetricKeyType}. Make an Ed25519 key, or an HMAC secret.`,
    )
  return key
}
