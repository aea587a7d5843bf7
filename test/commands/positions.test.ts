import { expect, test } from 'vitest'
import { price } from '#domain/money.ts'
import { position, shown } from '../support/fake-desk.ts'

test('positions', async () => {
  expect(await shown('positions')).toMatchInlineSnapshot(`
    "Symbol  Owner       Value  Profit      Stop
    BTCEUR  rsi        317.49  +3.25%  24250.00
    ETHEUR  ema-cross  317.49  -1.09%         -
    Worth 634.99 EUR, open profit +6.49.
    Without a stop: ETHEUR of ema-cross.
    ETHEUR of ema-cross is being sold: the trend turned down
    next: close BTCEUR rsi | close ETHEUR ema-cross"
  `)
})

test('pos btc', async () => {
  expect(await shown('pos btc')).toMatchInlineSnapshot(`
    "BTCEUR of rsi, held for 1 d 3 h
    0.0123 BTC, paid 25000.00, now 25812.50
    Worth 317.49 EUR, +9.99 (+3.25%)
    Stop 24250.00, target 26250.00
    next: close BTCEUR rsi"
  `)
})

test('positions ada', async () => {
  expect(await shown('positions ada')).toMatchInlineSnapshot(`"Nothing of ADAEUR is held."`)
})

test('positions doge', async () => {
  expect(await shown('positions doge')).toMatchInlineSnapshot(`
    ""doge" is not traded here.
    Usage: positions [symbol]
    For example: positions btc"
  `)
})

test('positions, of nothing', async () => {
  expect(await shown('positions', { positions: async () => [] })).toMatchInlineSnapshot(`"Nothing is held."`)
})

test('positions btc, trailing and being sold', async () => {
  expect(
    await shown('positions btc', { positions: async () => [position('rsi', 'BTC', { trailing: price('500'), leaving: 'sold by ann' })] }),
  ).toMatchInlineSnapshot(`
    "BTCEUR of rsi, held for 1 d 3 h
    0.0123 BTC, paid 25000.00, now 25812.50
    Worth 317.49 EUR, +9.99 (+3.25%)
    Stop 24250.00 trailing by 500.00, target 26250.00
    Being sold: sold by ann
    next: close BTCEUR rsi"
  `)
})
