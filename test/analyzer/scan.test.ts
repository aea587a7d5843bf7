/** What a strategy may say, and what it is told where it says something else: types are not looked at where it runs. */
import { expect, test } from 'vitest'
import { z } from 'zod'
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
