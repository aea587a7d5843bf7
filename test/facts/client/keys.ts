/** API keys, and how each kind signs. */
import { createHmac, createPrivateKey, sign } from 'node:crypto'

/** A key that signs. The secret stays in the closure. */
export interface Credentials {
  readonly apiKey: string
  readonly kind: 'HMAC' | 'ED25519' | 'RSA'
  /** The signature of a payload, hex or base64; not percent-encoded. */
  sign(payload: string): string
}

/** A key from its name and its secret: an HMAC secret, or a private key as PEM. Throws TypeError when the PEM is no such key. */
export function credentialsOf(apiKey: string, secret: string): Credentials {
  if (!secret.includes('-----BEGIN'))
    return { apiKey, kind: 'HMAC', sign: payload => createHmac('sha256', secret).update(payload).digest('hex') }
  // a PEM in an environment variable often has its line ends written as \n
  const key = createPrivateKey(secret.replaceAll('\\n', '\n'))
  const ed25519 = key.asymmetricKeyType === 'ed25519'
  return {
    apiKey,
    kind: ed25519 ? 'ED25519' : 'RSA',
    sign: payload => sign(ed25519 ? null : 'sha256', Buffer.from(payload), key).toString('base64'),
  }
}
