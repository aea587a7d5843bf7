/** What a strategy may say, and what it is told where it says something else: types are not looked at where it runs. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { newInstance } from '#analyzer/instance.ts'
import type { Time } from '#domain/time.ts'
import { type AnySingle, defineStrategy } from '#strategy'
import { signals } from '../support/market.ts'

const saying = (said: unknown): AnySingle =>
  defineStrategy({ title: 'Says', params: z.object({}), indicators: () => ({}), decide: () => said as null })

test.each<[unknown, string]>([
  [undefined, 'decide gave undefined'],
  ['buy', 'decide gave "buy"'],
  [{ kind: 'enters' }, 'decide gave {"kind":"enters"}'],
  [{ kind: 'enter', reason: 'by hand' }, 'decide gave {"kind":"enter","reason":"by hand"}'],
  [{ kind: 'exit' }, 'decide gave {"kind":"exit"}'],
])('%j is no signal', (said, text) => {
  expect(() => signals(saying(said), [1, 2, 3])).toThrow(`${text}: return enter({ … }), exit({ … }) or null.`)
})

test.each<[unknown, string]>([
  [undefined, 'manage gave undefined'],
  [5, 'manage gave 5'],
  [{ kind: 'enter', reason: 'again' }, 'manage gave {"kind":"enter","reason":"again"}'],
  [{ kind: 'exit' }, 'manage gave {"kind":"exit"}'],
])('%j is nothing that can be done with a position', (said, text) => {
  const strategy = { ...saying(null), manage: () => said as null }
  const { manage } = newInstance({ owner: 'test', symbol: 'TEST', timeframe: '1h', strategy, params: {}, source: { kind: 'live' } })
  const held = { entryPrice: 1, quantity: 1, openedAt: 0 as Time, stopLoss: 0, takeProfit: 0, candles: 1 }
  expect(() => manage!(held)).toThrow(`${text}: return move({ … }), exit({ … }) or null.`)
})
