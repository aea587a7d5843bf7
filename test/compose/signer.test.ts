/** The key file of the settings: what is wrong with it is said by its name, and nothing that is in it. */
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signerOf } from '../../src/compose/live-venue.ts'
import { readConfig } from '../../src/config.ts'
import { temporaryFolder } from '../support/demo.ts'

const pem = (type: 'ed25519' | 'rsa'): string => {
  const { privateKey } = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

const fileOf = (text: string, mode = 0o600): string => {
  const file = join(temporaryFolder('signer'), 'key.pem')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

const signer = (file: string) => signerOf(readConfig({ BINANCE_API_KEY: 'a'.repeat(64), BINANCE_PRIVATE_KEY_FILE: file }))

function refusalOf(file: string): string {
  try {
    signer(file)
  } catch (error) {
    return String((error as Error).message)
  }
  return 'nothing'
}

describe('a private key file', () => {
  test('of an Ed25519 key signs', () => {
    expect(signer(fileOf(pem('ed25519'))).kind).toBe('ed25519')
  })

  test.each<[string, file: () => string, words: RegExp]>([
    [
      'that is none',
      () => fileOf('canary of a secret'),
      /is no private key: a PEM file that begins with -----BEGIN PRIVATE KEY----- is needed/,
    ],
    ['that is empty', () => fileOf(''), /is no private key/],
    ['that is broken', () => fileOf('-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----'), /cannot be read as a private key/],
    ['of another kind of key', () => fileOf(pem('rsa')), /the private key is rsa\. Make an Ed25519 key/],
    ['that others may read', () => fileOf(pem('ed25519'), 0o644), /others on this machine may read/],
    ['that is not there', () => '/nowhere/key.pem', /cannot be read\.$/],
  ])('%s', (_, file, words) => {
    const path = file()
    const said = refusalOf(path)
    expect(said).toMatch(words)
    expect(said).toContain('BINANCE_PRIVATE_KEY_FILE')
    expect(said).toContain(path)
    expect(said).not.toContain('canary')
    expect(said).not.toContain('BINANCE_SECRET_KEY begins')
  })
})
