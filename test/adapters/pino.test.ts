import { expect, test } from 'vitest'
import { logThrown, logTold, openLog } from '#adapters/pino/log.ts'
import type { Order } from '#domain/order.ts'
import { redact } from '#domain/secrets.ts'
import { orderOf } from '../support/exchange.ts'

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

test.each<[string, unknown, RegExp]>([
  ['an error', new TypeError(`no ${canary} here`), /^TypeError: no \[redacted\] here\n +at .*pino\.test\.ts/],
  ['anything else', 'a word', /^a word$/],
])('what a strategy threw is logged with where, and without secrets: %s', (_, error, words) => {
  const lines: string[] = []
  logThrown(
    openLog('error', [canary], line => lines.push(line)),
    { owner: 'rsi', symbols: ['BTCUSDC'], error },
  )
  const { level, error: logged, ...fields } = JSON.parse(lines[0]!) as Record<string, unknown>
  expect(level).toBe(50)
  expect(fields).toMatchObject({ owner: 'rsi', symbols: ['BTCUSDC'], msg: 'a strategy threw' })
  expect(logged).toMatch(words)
})

test('what is too short to be a secret is left alone', () => {
  expect(redact('a b c', ['b'])).toBe('a b c')
})

test.each([
  ['1 BUY MARKET for 50', { side: 'BUY', type: 'MARKET', quoteAmount: '50' }],
  ['2 SELL STOP_LOSS 0.5 stop 90', { side: 'SELL', type: 'STOP_LOSS', quantity: '0.5', stopPrice: '90' }],
  ['3 BUY LIMIT 2 at 95', { side: 'BUY', type: 'LIMIT', quantity: '2', price: '95' }],
])('an order is logged with what it asks for: %s', (text, asked) => {
  const lines: string[] = []
  const request = orderOf(text)
  const order = { owner: 'rsi', purpose: 'entry', request } as Order
  logTold(
    openLog('info', [], line => lines.push(line)),
    [{ kind: 'order', order }],
  )
  const { level, time, ...fields } = JSON.parse(lines[0]!) as Record<string, unknown>
  expect([level, typeof time]).toEqual([30, 'string'])
  expect(fields).toEqual({ owner: 'rsi', symbol: request.symbol, purpose: 'entry', ...asked, msg: 'order' })
})
