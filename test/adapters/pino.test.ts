import { expect, test } from 'vitest'
import { openLog } from '#adapters/pino/log.ts'
import { redact } from '#domain/secrets.ts'

const canary = 'canary/7f3a+key'

test('a secret never reaches a line: in messages, fields, errors and URLs', () => {
  const lines: string[] = []
  const log = openLog('debug', [canary], line => lines.push(line))
  log.info({ url: `postgres://me:${encodeURIComponent(canary)}@host/db` }, `key ${canary}`)
  log.error({ error: new Error(`failed with ${canary}`).stack }, 'failed')
  log.debug({ deep: { inside: [canary] } }, 'deep')
  expect(lines).toHaveLength(3)
  const all = lines.join('')
  expect(all).not.toContain(canary)
  expect(all).not.toContain(encodeURIComponent(canary))
  expect(all).toContain('[redacted]')
})

test('what is too short to be a secret is left alone', () => {
  expect(redact('a b c', ['b'])).toBe('a b c')
})
