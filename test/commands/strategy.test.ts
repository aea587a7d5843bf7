import { expect, test } from 'vitest'
import type { StrategyChange } from '#ports/desk.ts'
import { shown, type } from '../support/fake-desk.ts'

test('strategy rsi', async () => {
  expect(await shown('strategy rsi')).toMatchInlineSnapshot(`
    "RSI (rsi) is on.
    Candles 4h
    Symbols BTCEUR, ETHEUR
    Parameter   Value  Default  Variable
    window         14       14  RSI_WINDOW
    oversold       25       30  RSI_OVERSOLD
    overbought     70       70  RSI_OVERBOUGHT
    minVolume       -        -  MIN_VOLUME
    next: strategy rsi disable"
  `)
})

test('strategy ROTATION, switched off, with an allocation and trouble', async () => {
  expect(await shown('strategy ROTATION')).toMatchInlineSnapshot(`
    "Rotation (rotation) is off.
    Candles 1d, looked at by schedule 0 0 * * *
    Symbols BTCEUR, ETHEUR, ADAEUR
    Allocation 40.0% of equity
    Trouble: its file is missing
    Parameter   Value  Default  Variable
    window         14       14  RSI_WINDOW
    oversold       25       30  RSI_OVERSOLD
    overbought     70       70  RSI_OVERBOUGHT
    minVolume       -        -  MIN_VOLUME
    next: strategy rotation enable"
  `)
})

test.each<[text: string, change: StrategyChange]>([
  ['strategy rsi enable', { enabled: true }],
  ['strategy RSI Disable', { enabled: false }],
  ['strategy rsi window=10', { params: { window: '10' } }],
  ['strategy rsi window = 10 minvolume=default', { params: { window: '10', minVolume: null } }],
  ['strategy rsi params="window=10 minVolume=5"', { params: { window: '10', minVolume: '5' } }],
  ['strategy rsi symbols btc,eth', { symbols: ['BTCEUR', 'ETHEUR'] }],
  ['strategy rsi symbols btc, eth btc', { symbols: ['BTCEUR', 'ETHEUR'] }],
  ['strategy rsi symbols=ada', { symbols: ['ADAEUR'] }],
  ['strategy rsi disable window=10 symbols=ada', { enabled: false, symbols: ['ADAEUR'], params: { window: '10' } }],
])('%s', async (text, change) => {
  expect((await type(text)).asked).toEqual([['changeStrategy', 'ann', 'rsi', change]])
  const asTrader = await type(text, {}, 'trader')
  expect(asTrader.asked).toEqual([])
  expect(asTrader.shown).toBe('strategy in this use needs the role admin; yours is trader.')
})

test.each([
  ['strategy', 'is missing'],
  ['strategy macd', 'There is no strategy "macd". There is: rsi, rotation.'],
  ['strategy rsi fast', '"fast" is not one of enable, disable.'],
  ['strategy rsi fast=25', '"fast" is no parameter of rsi. It has: window, oversold, overbought, minVolume.'],
  ['strategy rsi window=', 'Nothing stands after window='],
  ['strategy rsi window=1 window=2', 'Window is given twice.'],
  ['strategy rsi symbols', 'Nothing stands after symbols.'],
  ['strategy rsi symbols doge', '"doge" is not traded here.'],
  ['strategy rsi symbols=,', 'Symbols: name at least one.'],
  ['strategy rsi __proto__=1', '"__proto__=1" is not one of enable, disable.'],
])('%s: %s', async (text, says) => {
  const { shown, asked, reported } = await type(text)
  expect({ asked, reported }).toEqual({ asked: [], reported: [] })
  expect(shown).toContain(says)
})
