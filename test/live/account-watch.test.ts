/** When something counts as missing from the account, second by second: against a real core, what the account holds is what the test says. */
import { describe, expect, test } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { format, money, type Quantity, quantity } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { AccountWatch, SHORT_KEY } from '#live/account-watch.ts'
import { enter } from '#strategy'
import { DrivenClock } from '../support/binance/driven.ts'
import { openTrader } from '../support/unheard.ts'

const START = 1_700_000_000_000
const SECOND = 1000

/** What the account holds from a second on: "2 BTC 9800 USDC", or why it cannot be asked. */
type Story = Readonly<Record<number, string | Fault>>

function holdsOf(text: string): Map<string, Quantity> {
  const words = text.split(' ')
  return new Map(words.flatMap((amount, place) => (place % 2 === 0 ? [[words[place + 1]!, quantity(amount)] as const] : [])))
}

// Two BTC are bought for 200 USDC at second 0, of 10,000.
async function watched(
  story: Story,
  {
    happens = {},
    busy = [],
    seconds = 90,
    told,
  }: { happens?: Record<number, string>; busy?: readonly number[]; seconds?: number; told?: string } = {},
) {
  const clock = new DrivenClock(START)
  const trader = openTrader({ step: quantity('0.01'), minQuantity: quantity('0.01'), minNotional: money('5') })
  const { engine, records } = trader
  trader.hear(trader.buy(enter({ reason: 'go' })), 'filled', 1, '2')
  records.take()
  const now = (): number => (clock.now() - START) / SECOND
  const heard: string[] = []
  const settings = new Map<string, string | null>()
  const watch = new AccountWatch({
    engine,
    clock,
    told,
    exchange: {
      get busy() {
        return busy.includes(Math.floor(now()))
      },
    },
    async ask() {
      const [, holds] = Object.entries(story).findLast(([from]) => Number(from) <= now())!
      if (typeof holds !== 'string') throw holds
      return holdsOf(holds)
    },
    async wish({ person, run }) {
      const answer = run(engine, records, clock.now() as Time)
      const taken = records.take()
      for (const one of taken.told)
        heard.push(
          one.kind === 'account'
            ? `${now()} ${one.what} ${/(?:at least )?[\d.]* ?[A-Z]{3,}/.exec(one.text)![0].trim()}`
            : `${one.kind} by ${person}`,
        )
      for (const { key, value } of taken.rest.settings) settings.set(key, value)
      return answer
    },
  })
  const ending = new AbortController()
  const running = watch.run(ending.signal)
  for (let second = 0; second < seconds; second += 0.5) {
    const what = happens[second]
    if (what !== undefined) {
      const [side, size] = what.split(' ')
      if (side === 'buy') trader.hear(trader.buy(enter({ reason: 'more' })), 'filled', 1, size)
      else if (side === 'send') trader.buy(enter({ reason: 'more' }))
      else {
        engine.trader.exits.leave(trader.slot, 'out', quantity(size!), clock.now())
        trader.hear(trader.sent().at(-1)!, 'filled', 1, size)
      }
      records.take()
      watch.note()
    }
    clock.advance(SECOND / 2)
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
  }
  ending.abort()
  await running
  return { heard, settings, watch, mode: engine.trader.mode }
}

const ALL = '2 BTC 9800 USDC'
const always = Array.from({ length: 200 }, (_, second) => second)

describe('nothing is told', () => {
  test.each<[string, Story, Parameters<typeof watched>[1]?]>([
    ['while the account holds just what is recorded', { 0: ALL }],
    ['of what is there besides', { 0: '3 BTC 20000 USDC 7 ETH' }],
    ['of less than a fee', { 0: '2 BTC 9799.996 USDC' }],
    ['of less than a step, while exits find what they sell', { 0: '2.001 BTC 9800 USDC' }, { happens: { 0: 'buy 0.005' } }],
    ['of what one look alone shows', { 0: ALL, 15: '1 BTC 9800 USDC', 16: ALL }],
    ['where the account is ten seconds behind a purchase', { 0: ALL, 31: '4 BTC 9600 USDC' }, { happens: { 21: 'buy 2' } }],
    ['where the account is ten seconds behind a sale', { 0: ALL, 31: '1 BTC 9900 USDC' }, { happens: { 21: 'sell 1' } }],
    ['where a purchase is heard of after twenty seconds', { 0: ALL, 20: '4 BTC 9600 USDC' }, { happens: { 40: 'buy 2' } }],
    ['where a sale is heard of after twenty seconds', { 0: ALL, 20: '0 BTC 10000 USDC' }, { happens: { 40: 'sell 2' } }],
    ['while the account cannot be asked', { 0: new Fault('retry', 'there was no answer') }],
    ['of a busy minute', { 0: '0 BTC 9800 USDC', 58: ALL }, { busy: always.slice(0, 58) }],
    ['of the assets of an order that has no answer', { 0: '0 BTC 9800 USDC' }, { busy: always, happens: { 2: 'send 1' }, seconds: 150 }],
  ])('%s', async (_, story, more) => {
    const { heard, mode, watch } = await watched(story, more)
    expect([heard, mode, watch.missing]).toEqual([[], 'running', new Map()])
  })
})

describe('it is told within a minute, once, and entries are paused', () => {
  test.each<[string, Story, string[], Parameters<typeof watched>[1]?]>([
    ['coins', { 0: ALL, 10: '1.5 BTC 9800 USDC' }, ['short 0.5 BTC']],
    ['so little that only the exit misses it', { 0: ALL, 10: '1.995 BTC 9800 USDC' }, ['short 0.005 BTC']],
    ['all of them', { 0: ALL, 10: '9800 USDC' }, ['short 2 BTC']],
    ['cash', { 0: ALL, 10: '2 BTC 100 USDC' }, ['short 9700 USDC']],
    ['both', { 0: ALL, 10: '1 BTC 9000 USDC' }, ['short 800 USDC', 'short 1 BTC']],
    [
      'while the account could not be asked once',
      { 0: ALL, 10: '1 BTC 9800 USDC', 14: new Fault('retry', 'x'), 16: '1 BTC 9800 USDC' },
      ['short 1 BTC'],
    ],
    [
      'and not again because of fills',
      { 0: ALL, 10: '1 BTC 9800 USDC', 50: '3 BTC 9600 USDC', 52: '1.5 BTC 9750 USDC' },
      ['short 1 BTC'],
      { happens: { 50: 'buy 2', 52: 'sell 1.5' } },
    ],
    [
      'while fills go on: the least that it can be, then what it is',
      { 0: ALL, 13: '1 BTC 9800 USDC', 22: '3 BTC 9600 USDC', 26: '1.5 BTC 9750 USDC' },
      ['short at least 0.5 BTC', 'short 1 BTC'],
      { happens: { 22: 'buy 2', 26: 'sell 1.5' } },
    ],
  ])('%s', async (_, story, expected, more) => {
    const { heard, mode, settings } = await watched(story, more)
    const accounts = heard.filter(line => /^\d/.test(line))
    expect(accounts.map(line => line.replace(/^\S+ /, ''))).toEqual(expected)
    expect(Math.max(...accounts.slice(0, 1).map(line => Number.parseFloat(line)))).toBeLessThanOrEqual(70)
    expect(heard.filter(line => line.startsWith('mode'))).toEqual(['mode by RootTrading'])
    expect([mode, settings.has(SHORT_KEY)]).toEqual(['paused', true])
  })

  test('also where something hangs for long, such as a cancel on a halted symbol', async () => {
    const { heard } = await watched({ 0: '1 BTC 9800 USDC' }, { busy: always, seconds: 150 })
    expect(heard.map(line => line.replace(/^[\d.]+ /, ''))).toEqual(['short 1 BTC', 'mode by RootTrading'])
  })

  test('no later because of a fill, around which a look may show either', async () => {
    const story = { 0: ALL, 10: '1 BTC 9800 USDC', 17: '3 BTC 9600 USDC' }
    const { heard } = await watched(story, { happens: { 17: 'buy 2' } })
    expect(Number.parseFloat(heard[0]!)).toBeLessThanOrEqual(48)
  })

  test('again where it changes, and that it is back', async () => {
    const { heard, settings } = await watched({ 0: ALL, 10: '1 BTC 9800 USDC', 60: '0.5 BTC 9800 USDC', 110: ALL }, { seconds: 160 })
    expect(heard.map(line => line.replace(/^[\d.]+ /, ''))).toEqual(['short 1 BTC', 'mode by RootTrading', 'short 1.5 BTC', 'whole BTC'])
    expect(settings).toEqual(
      new Map([
        [SHORT_KEY, null],
        ['mode', 'paused'],
      ]),
    )
  })

  test('not again after a restart: it is known what was told', async () => {
    const again = await watched({ 0: '1 BTC 9800 USDC' }, { told: '{"BTC":"1"}' })
    expect(again.heard).toEqual([])
    expect(format(again.watch.missing.get('BTC')!.by)).toBe('1')
    const flash = await watched({ 0: '1 BTC 9800 USDC', 29: ALL, 34: '1 BTC 9800 USDC' }, { told: '{"BTC":"1"}' })
    expect(flash.heard).toEqual([])
    const back = await watched({ 0: ALL }, { told: '{"BTC":"1"}' })
    expect(back.heard.map(line => line.replace(/^[\d.]+ /, ''))).toEqual(['whole BTC'])
  })
})
