/** STRATEGIES: which strategy runs where, and what is said of what cannot be. */
import { beforeAll, describe, expect, test } from 'vitest'
import { money, quantity, ratio } from '#domain/money.ts'
import type { Timeframe } from '#domain/time.ts'
import { ownersOf, planChange, sizesOf } from '../../src/compose/owners.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { type LoadedStrategy, loadStrategies } from '../../src/load-folder.ts'

const symbols = ['BTCUSDC', 'ETHUSDC', 'ADAUSDC']
let strategies: ReadonlyMap<string, LoadedStrategy>
beforeAll(async () => {
  const all = await loadStrategies(new URL('../../strategies/', import.meta.url))
  // of ours: a strategy more in the folder changes nothing here
  strategies = new Map([...all].filter(([name]) => ['bollinger', 'ema-cross', 'ma-cross', 'rotation', 'rsi'].includes(name)))
})

const owners = (env: Record<string, string>, base: Timeframe = '1m', saved: Record<string, string> = {}) =>
  ownersOf({ config: readConfig(env), env, strategies, symbols, saved: new Map(Object.entries(saved)), base })
const placed = (...given: Parameters<typeof owners>): string[] =>
  owners(...given).map(({ setup }) => `${setup.name}@${setup.timeframe} ${setup.symbols.join(' ')}`)
const ALL = symbols.join(' ')

describe('STRATEGIES', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['rsi:BTCUSDC@1m,ema-cross:BTCUSDC+ETHUSDC@1d', {}, ['rsi@1m BTCUSDC', 'ema-cross@1d BTCUSDC ETHUSDC']],
    ['RSI_Strategy,simplema_cross,Bollinger_Bands', {}, [`rsi@4h ${ALL}`, `ma-cross@4h ${ALL}`, `bollinger@4h ${ALL}`]],
    ['rsi', { INTERVAL: '15m' }, [`rsi@15m ${ALL}`]],
    ['rsi@1h', { INTERVAL: '15m' }, [`rsi@1h ${ALL}`]],
    ['ema-cross', { INTERVAL: '15m' }, [`ema-cross@1d ${ALL}`]],
    [' rsi:btcusdc , bollinger ', {}, ['rsi@4h BTCUSDC', `bollinger@4h ${ALL}`]],
    ['rsi:ETHUSDC+ethusdc', {}, ['rsi@4h ETHUSDC']],
    ['', {}, [`bollinger@4h ${ALL}`, `ema-cross@1d ${ALL}`, `ma-cross@4h ${ALL}`, `rotation@1d ${ALL}`, `rsi@4h ${ALL}`]],
  ])('%j %j', (STRATEGIES, env, expected) => {
    expect(placed({ STRATEGIES, ...env })).toEqual(expected)
  })

  test.each([
    ['rsy', '"rsy" is no strategy. There are: bollinger, ema-cross, ma-cross, rotation, rsi.'],
    ['rsi:DOGEUSDC', `STRATEGIES: DOGEUSDC in "rsi:DOGEUSDC" is not among the traded symbols ${symbols.join(', ')}.`],
    ['rsi@5h', 'STRATEGIES: "5h" in "rsi@5h" is no timeframe, such as 4h.'],
    ['rsi@4h:BTCUSDC', 'STRATEGIES: "rsi@4h:BTCUSDC" is not understood: write rsi:BTCEUR+ETHEUR@4h.'],
    ['rsi,', 'STRATEGIES: "" is not understood'],
    ['rsi:BTCUSDC,RSI_Strategy:BTCUSDC@1d', 'STRATEGIES: rsi is there twice ("RSI_Strategy:BTCUSDC@1d"). Name it once'],
  ])('%s: %s', (STRATEGIES, says) => {
    expect(() => owners({ STRATEGIES })).toThrow(ConfigError)
    expect(() => owners({ STRATEGIES })).toThrow(says)
  })

  test.each<[string, Timeframe, string]>([
    ['rsi@1m', '4h', 'rsi runs on 1m, but the shortest candles there are have 4h. Set INTERVAL, or what stands after @'],
    ['rsi@6h', '4h', 'rsi runs on 6h, which cannot be made of candles of 4h. Set INTERVAL'],
  ])('%s on candles of %s: %s', (STRATEGIES, base, says) => {
    expect(() => owners({ STRATEGIES }, base)).toThrow(ConfigError)
    expect(() => owners({ STRATEGIES }, base)).toThrow(says)
  })
})

describe('parameters', () => {
  test('come from the environment, and what people changed comes first', () => {
    const env = { STRATEGIES: 'rsi', RSI_WINDOW: '10', RSI_OVERSOLD: '25' }
    expect(owners(env)[0]!.setup.params).toEqual({ window: 10, oversold: 25, overbought: 70 })
    const [changed] = owners(env, '1m', { 'strategy.rsi.params': '{"window":"7"}', 'strategy.rsi.enabled': 'false' })
    expect([changed!.setup.params, changed!.enabled]).toEqual([{ window: 7, oversold: 25, overbought: 70 }, false])
    expect(changed!.row.fields[0]).toEqual({ name: 'window', value: '7', fallback: '14', env: 'RSI_WINDOW' })
  })

  test('that are wrong stop the start by the strategy’s name', () => {
    expect(() => owners({ STRATEGIES: 'rsi', RSI_WINDOW: 'long' })).toThrow('rsi: window=long: a number is needed.')
    expect(() => owners({ STRATEGIES: 'rsi', RSI_OVERSOLD: '80' })).toThrow('rsi: oversold must be under overbought.')
  })

  test('that were set by chat and that the file takes no more are told with the way out', () => {
    expect(() => owners({ STRATEGIES: 'rsi' }, '1m', { 'strategy.rsi.params': '{"length":"7"}' })).toThrow(
      /^rsi: length: there is no such parameter\. .* length=7 was set by chat and is kept: .* write: strategy rsi length=default$/,
    )
  })

  test('a schedule that is none stops the start by the strategy’s name', () => {
    const rsi = strategies.get('rsi')!
    const odd = new Map([['rsi', { ...rsi, strategy: { ...rsi.strategy, schedule: 'every day' } as typeof rsi.strategy }]])
    const config = readConfig({ STRATEGIES: 'rsi' })
    expect(() => ownersOf({ config, env: {}, strategies: odd, symbols, saved: new Map(), base: '1m' })).toThrow(
      new ConfigError(
        'rsi: its schedule "every day" is not a cron expression: five fields are needed (minute hour day month weekday). Mend its file.',
      ),
    )
  })

  test('a basket’s allocation is its own unless set', () => {
    const of = (env: Record<string, string>) => owners({ STRATEGIES: 'rotation,rsi', ...env }).map(({ setup }) => setup.allocation)
    const [own] = of({})
    expect(own).toBeGreaterThan(0n)
    expect(of({ ALLOCATIONS: 'rotation:25%' })).toEqual([ratio('0.25'), null])
    for (const name of ['rsi', 'rotaton'])
      expect(() => of({ ALLOCATIONS: `${name}:25%` })).toThrow(
        new ConfigError(`ALLOCATIONS: ${name} is no strategy with an allocation of its own. There are: rotation.`),
      )
  })
})

describe('a change by people', () => {
  const plan = (name: string, change: Parameters<typeof planChange>[2], saved: Record<string, string> = {}) =>
    planChange({ strategies, symbols, saved: new Map(Object.entries(saved)), env: {} }, name, change)

  test('is written under the strategy’s own name, and what is back at its default is gone', () => {
    expect(plan('RSI_Strategy', { enabled: false, params: { window: '9' }, symbols: ['BTCUSDC'] })).toEqual({
      settings: {
        'strategy.rsi.enabled': 'false',
        'strategy.rsi.params': '{"window":"9"}',
        'strategy.rsi.symbols': '["BTCUSDC"]',
      },
      message: 'rsi: switched off: it enters no more, and still leaves and protects what it holds; window is 9 now; runs on BTCUSDC.',
    })
    expect(plan('rsi', { enabled: true, params: { window: null } }, { 'strategy.rsi.params': '{"window":"9"}' })).toEqual({
      settings: { 'strategy.rsi.enabled': null, 'strategy.rsi.params': null },
      message: 'rsi: switched on; window is back at its default.',
    })
  })

  test.each([
    ['rsy', {}, '"rsy" is no strategy.'],
    ['rsi', { params: { oversold: '71' } }, 'oversold must be under overbought'],
    ['rsi', { symbols: ['DOGEUSDC'] }, 'DOGEUSDC is not traded here.'],
  ])('%s %j is refused: %s', (name, change, says) => {
    expect(plan(name, change)).toEqual({ problem: expect.stringContaining(says) })
  })
})

test.each<[Record<string, string>, ReturnType<typeof sizesOf>['size'], Record<string, unknown>]>([
  [{}, { kind: 'equity', share: ratio('0.03') }, {}],
  [{ TRADE_SIZE: 'risk 1%' }, { kind: 'risk', share: ratio('0.01') }, {}],
  [{ TRADE_QUANTITY: '0.5' }, { kind: 'quantity', quantity: quantity('0.5') }, {}],
  [{ TRADE_QUANTITY: '50 EUR' }, { kind: 'quote', amount: money('50') }, {}],
  [
    { TRADE_QUANTITY: 'btceur:0.001, ETHEUR:50 eur' },
    { kind: 'equity', share: ratio('0.03') },
    { BTCEUR: { kind: 'quantity', quantity: quantity('0.001') }, ETHEUR: { kind: 'quote', amount: money('50') } },
  ],
])('sizes of %j', (env, size, sizes) => {
  const read = sizesOf(readConfig(env), { quote: 'EUR', symbols: ['BTCEUR', 'ETHEUR'] })
  expect([read.size, Object.fromEntries(read.sizes)]).toEqual([size, sizes])
})

test.each([
  ['50 USD', 'TRADE_QUANTITY: "50 USD": amounts are in EUR here. Write 50 EUR, or a plain number for a quantity.'],
  ['0.001 BTC', 'TRADE_QUANTITY: "0.001 BTC": amounts are in EUR here. Write 0.001 EUR, or a plain number for a quantity.'],
  ['BTCUSDC:0.001', 'TRADE_QUANTITY: BTCUSDC is not among the traded symbols BTCEUR, ETHEUR.'],
])('a size of %s, which would be taken for another, is refused', (text, says) => {
  expect(() => sizesOf(readConfig({ TRADE_QUANTITY: text }), { quote: 'EUR', symbols: ['BTCEUR', 'ETHEUR'] })).toThrow(
    new ConfigError(says),
  )
})
