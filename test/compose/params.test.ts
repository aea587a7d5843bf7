/** Parameters as text: types, rules, and messages that name the thing, the rule and what there is. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineStrategy, type Indicators, sma } from '#strategy'
import { fieldsOf, ParamError, paramsFromEnv, readParams } from '../../src/compose/params.ts'

const strategy = defineStrategy({
  title: 'Everything',
  params: z.object({
    window: z.int().min(2).default(14).meta({ env: 'WINDOW' }),
    level: z.number().optional(),
    strict: z.boolean().default(false).meta({ env: 'STRICT' }),
    side: z.enum(['long', 'flat']).default('long'),
  }),
  indicators: () => ({}),
  decide: () => null,
})
const LIST = 'window=14, level, strict=false, side=long'

test('the fields, in the order of the file', () => {
  expect(fieldsOf(strategy).map(({ name, env, fallback, type }) => [name, env, fallback, type])).toEqual([
    ['window', 'WINDOW', '14', 'number'],
    ['level', null, '', 'number'],
    ['strict', 'STRICT', 'false', 'boolean'],
    ['side', null, 'long', 'string'],
  ])
})

test.each([
  [{}, { window: 14, strict: false, side: 'long' }],
  [
    { window: ' 7 ', level: '-0.5', strict: 'true', side: 'flat' },
    { window: 7, level: -0.5, strict: true, side: 'flat' },
  ],
])('%j', (given, params) => {
  expect(readParams(strategy, given)).toEqual(params)
})

test.each([
  [{ windows: '7' }, `windows: there is no such parameter. There are: ${LIST}.`],
  [{ constructor: '7' }, `constructor: there is no such parameter. There are: ${LIST}.`],
  [{ window: 'seven' }, 'window=seven: a number is needed.'],
  [{ window: '' }, 'window=: a number is needed.'],
  [{ window: 'Infinity' }, 'window=Infinity: a number is needed.'],
  [{ window: '1' }, /^window=1: .*>=2.* Parameters: window=14/],
  [{ window: '7.5' }, /^window=7\.5: .*int/],
  [{ strict: 'yes' }, 'strict=yes: true or false is needed.'],
  [{ side: 'short' }, /^side=short: .*"long"\|"flat"/],
])('%j is refused: %s', (given, says) => {
  const read = (): object => readParams(strategy, given as unknown as Record<string, string>)
  expect(read).toThrow(ParamError)
  expect(read).toThrow(says)
})

test('from the environment by the variables that the fields name; empty is unset', () => {
  expect(paramsFromEnv(strategy, { WINDOW: ' 9 ', STRICT: ' ', LEVEL: '3', window: '4' })).toEqual({ window: '9' })
})

test('a parameter that has no default and is not given is told with the mend', () => {
  const bare = defineStrategy({ title: 'Bare', params: z.object({ window: z.int() }), indicators: () => ({}), decide: () => null })
  expect(() => readParams(bare, {})).toThrow(
    new ParamError('window: it has no default and is not given. Give the file one, such as z.int().default(14). Parameters: window.'),
  )
})

test('parameters that the file allows and its indicators do not are refused like those that it does not allow', () => {
  const lenient = defineStrategy({
    title: 'Lenient',
    params: z.object({ window: z.int().default(14) }),
    indicators: ({ window }) => ({ average: sma(window) }),
    decide: () => null,
  })
  expect(readParams(lenient, { window: '3' })).toEqual({ window: 3 })
  expect(() => readParams(lenient, { window: '0' })).toThrow(
    new ParamError(
      'window=0: its indicators cannot be made (sma(0): a whole number of at least 1 candles is needed). Parameters: window=14.',
    ),
  )
})

test.each<[string, () => Indicators, string]>([
  [
    'runs on candles that the file does not declare',
    () => ({ mean: sma(3, { on: 'day' }) }),
    '"mean" runs on "day", which is not declared',
  ],
  ['is none', () => ({ mean: 5 as unknown as Indicators[string] }), '"mean" is none: make it by sma, ema, … or defineIndicator'],
])('an indicator that %s is told', (_, indicators, says) => {
  const odd = defineStrategy({ title: 'Odd', params: z.object({}), indicators, decide: () => null })
  expect(() => readParams(odd, {})).toThrow(`its indicators cannot be made (${says}`)
})
