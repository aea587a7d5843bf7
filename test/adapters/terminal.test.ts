import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { jsonLine } from '#adapters/terminal/json.ts'
import { harmless, noPaint, paintFor } from '#adapters/terminal/paint.ts'
import { complete, openPrompt, type PromptSetup } from '#adapters/terminal/prompt.ts'
import { render } from '#adapters/terminal/render.ts'
import { tellLine } from '#adapters/terminal/tell.ts'
import { replyOf, table } from '#domain/message.ts'
import { money, price, quantity, zero } from '#domain/money.ts'
import type { Order } from '#domain/order.ts'
import { at } from '#domain/time.ts'
import type { Told } from '#domain/told.ts'
import { decision, denied, NOW, trade } from '../support/fake-desk.ts'

const ESC = '\u001B'
const colour = paintFor({ isTTY: true }, {})

const order = (purpose: Order['purpose'], more: Partial<Order['request']>, reason: string): Order => ({
  id: 12,
  intent: 5,
  owner: 'rsi',
  purpose,
  createdAt: at(NOW),
  reason,
  status: 'sending',
  executed: zero(),
  quote: zero(),
  ending: '',
  request: {
    id: 12,
    symbol: 'BTCEUR',
    side: 'SELL',
    type: 'MARKET',
    quantity: quantity('0.0123'),
    quoteAmount: zero(),
    price: zero(),
    stopPrice: zero(),
    timeInForce: 'GTC',
    guard: zero(),
    pairedWith: 0,
    ...more,
  },
})

const trip = {
  owner: 'rsi',
  symbol: 'BTCEUR',
  openedAt: at(NOW - 3_600_000),
  closedAt: at(NOW),
  quantity: quantity('0.0123'),
  bought: money('310'),
  sold: money('297.6'),
  realised: money('-12.4'),
  fees: money('0.61'),
}
const inBnb = (side: 'BUY' | 'SELL', worth: string) => ({
  fill: { ...trade(side).fill, fee: quantity('0.0004'), feeAsset: 'BNB', feeWorth: money(worth) },
})
const stop = { purpose: 'protection', reason: 'stop loss' } as const
const target = { purpose: 'protection', reason: 'take profit' } as const

/** What is told, as a line and as the JSON that matters. */
const told: readonly [what: Told, line: string, json: object][] = [
  [
    { kind: 'signal', decision: decision() },
    'BTCEUR   rsi        signal     enter at 25812.50: RSI is oversold',
    { event: 'signal', kind: 'enter', price: 25_812.5, reason: 'RSI is oversold', values: { strength: 28.123_45 } },
  ],
  [
    { kind: 'denied', decision: denied },
    'BTCEUR   bollinger  denied     enter at 25812.50: back over the lower band; BTCEUR would take 23 % of equity, 20 % is the limit',
    { event: 'denied', code: 'exposure_symbol', message: denied.message, owner: 'bollinger' },
  ],
  [
    { kind: 'order', order: order('entry', { side: 'BUY', quantity: zero(), quoteAmount: money('300') }, 'RSI is oversold') },
    'BTCEUR   rsi        order      BUY for 300.00 MARKET (RSI is oversold)',
    { event: 'order', orderId: 12, side: 'BUY', type: 'MARKET', quantity: null, quoteAmount: '300', price: null },
  ],
  [
    {
      kind: 'order',
      order: order('protection', { type: 'STOP_LOSS_LIMIT', stopPrice: price('24250'), price: price('23765') }, 'stop loss'),
    },
    'BTCEUR   rsi        order      SELL 0.0123 STOP_LOSS_LIMIT trigger 24250.00 limit 23765.00 (stop loss)',
    { event: 'order', purpose: 'protection', stopPrice: '24250', price: '23765', quantity: '0.0123' },
  ],
  [
    { kind: 'fill', record: trade('BUY') },
    'BTCEUR   rsi        fill       BUY 0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.000012 BTC (RSI is oversold)',
    {
      event: 'fill',
      tradeId: 4711,
      side: 'BUY',
      price: '25812.5',
      quantity: '0.0123',
      quote: '317.49375',
      fee: '0.0000123',
      feeAsset: 'BTC',
    },
  ],
  [
    { kind: 'fill', record: trade('SELL', '-12.4', stop) },
    'BTCEUR   rsi        stop hit   SELL 0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.32 EUR, profit -12.40',
    { event: 'fill', purpose: 'protection', realised: '-12.4', fee: '0.31749375', feeAsset: 'EUR' },
  ],
  [
    { kind: 'fill', record: trade('SELL', '12.4', target) },
    'BTCEUR   rsi        target hit SELL 0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.32 EUR, profit +12.40',
    { event: 'fill', realised: '12.4', reason: 'take profit' },
  ],
  [
    {
      kind: 'stop_moved',
      move: { owner: 'rsi', symbol: 'BTCEUR', time: at(NOW), from: price('24250'), to: price('25000'), reason: 'trailing' },
    },
    'BTCEUR   rsi        stop       moved from 24250.00 to 25000.00 (trailing)',
    { event: 'stop_moved', from: '24250', to: '25000' },
  ],
  [
    { kind: 'closed', record: { trip, reason: 'stop loss' }, quote: 'EUR' },
    'BTCEUR   rsi        closed     -12.40 EUR (-4.00%), fees 0.61: stop loss',
    { event: 'closed', realised: '-12.4', bought: '310', sold: '297.6', fees: '0.61', quoteAsset: 'EUR', openedAt: NOW - 3_600_000 },
  ],
  [
    { kind: 'dust', owner: 'rsi', symbol: 'BTCEUR', asset: 'BTC', quantity: quantity('0.0000012'), time: at(NOW) },
    'BTCEUR   rsi        dust       0.0000012 BTC is too little to be sold and leaves the position',
    { event: 'dust', asset: 'BTC', quantity: '0.0000012' },
  ],
  [
    { kind: 'fill', record: trade('SELL', '12.4', inBnb('SELL', '0.24')) },
    'BTCEUR   rsi        fill       SELL 0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.0004 BNB (0.24 EUR), profit +12.40 (RSI is overbought)',
    { event: 'fill', fee: '0.0004', feeAsset: 'BNB', feeInQuote: '0.24' },
  ],
  [
    { kind: 'fill', record: trade('BUY', '0', inBnb('BUY', '0')) },
    'BTCEUR   rsi        fill       BUY 0.0123 BTC at 25812.50 = 317.49 EUR, fee 0.0004 BNB (its worth in EUR is not known: profit is without it) (RSI is oversold)',
    { event: 'fill', fee: '0.0004', feeAsset: 'BNB', feeInQuote: null },
  ],
]

describe('told', () => {
  test.each(told)('$kind as a line', (what, line) => {
    expect(tellLine(what, noPaint)).toBe(`2023-01-05 08:00  ${line}`)
    const coloured = tellLine(what, colour)
    expect(coloured).toContain(ESC)
    expect(stripVTControlCharacters(coloured)).toBe(tellLine(what, noPaint))
  })

  test('a stop of a cheap coin that moved is shown as prices are, not cut to cents', () => {
    const move = { owner: 'rsi', symbol: 'XRPEUR', time: at(NOW), from: price('0.4392'), to: price('0.4558'), reason: 'trailing' }
    expect(tellLine({ kind: 'stop_moved', move }, noPaint)).toContain('moved from 0.4392 to 0.4558 (trailing)')
  })

  test('what is missing from the account, as a line and as JSON', () => {
    const short: Told = { kind: 'account', what: 'short', person: 'RootTrading', text: 'The account holds less.', time: at(NOW) }
    expect(tellLine(short, noPaint)).toBe('2023-01-05 08:00  -        RootTrading short      The account holds less.')
    const { person, text } = short
    expect(JSON.parse(jsonLine(short))).toEqual({ event: 'account', time: NOW, what: 'short', person, text })
  })

  test.each(told)('$kind as JSON', (what, _, json) => {
    const line = jsonLine(what)
    expect(line).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({ time: NOW, symbol: 'BTCEUR', owner: expect.stringMatching(/^(?:rsi|bollinger)$/), ...json })
  })

  test.each([
    ['denied', 1, `${ESC}[33mdenied`],
    ['a bought fill', 4, `${ESC}[32mfill`],
    ['a stop hit', 5, `${ESC}[31mstop hit`],
    ['a loss in it', 5, `${ESC}[31m-12.40`],
    ['a gain', 6, `${ESC}[32m+12.40`],
    ['a protection order, dim from its first letter', 3, `${ESC}[2m2023-01-05 08:00  BTCEUR   rsi        order`],
  ])('%s has its colour', (_, index, colours) => {
    expect(tellLine(told[index]![0], colour)).toContain(colours)
  })

  test('a reason cannot move the cursor or begin a line', () => {
    expect(tellLine({ kind: 'signal', decision: decision({ reason: `a${ESC}[2Jb\nc\u0007` }) }, noPaint)).toMatch(/: ab c $/)
    expect(harmless('é 日本 \u009B31m')).not.toContain('\u009B')
  })
})

describe('render', () => {
  const reply = replyOf(
    [
      'Profit today: +12.40\nsince 2023-01-05 (-3%)',
      table(
        ['Symbol', 'Profit'],
        [
          ['BTCEUR', '+12.40'],
          ['ADA', '-3.00'],
        ],
        [1],
      ),
    ],
    [
      { label: 'Close', command: 'close BTCEUR' },
      { label: 'Refresh', command: 'pnl', again: true },
    ],
  )
  const plain = [
    'Profit today: +12.40',
    'since 2023-01-05 (-3%)',
    'Symbol  Profit',
    'BTCEUR  +12.40',
    'ADA      -3.00',
    'next: close BTCEUR',
  ].join('\n')

  test('plain', () => {
    expect(render(reply, noPaint)).toBe(plain)
  })

  test('coloured: gains, losses, and no more than colours', () => {
    const coloured = render(reply, colour)
    expect(coloured).toContain(`${ESC}[32m+12.40`)
    expect(coloured).toContain(`${ESC}[31m-3%`)
    expect(coloured).not.toContain(`${ESC}[31m-01`)
    expect(stripVTControlCharacters(coloured)).toBe(plain)
  })

  test.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{ isTTY: false }, {}, false],
    [{}, { FORCE_COLOR: '1' }, false],
  ])('on %j with %j colours: %s', (stream, env, colours) => {
    expect(render(reply, paintFor(stream, env)).includes(ESC)).toBe(colours)
  })
})

/** A prompt on streams of ours; `terminal` says whether they pass for a terminal. */
function prompted({ terminal, answer }: { terminal: boolean; answer?: PromptSetup['answer'] }) {
  const input = Object.assign(new PassThrough(), { isTTY: terminal })
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: terminal, columns: 20 })
  const lines: string[] = []
  let quits = 0
  const prompt = openPrompt({
    input,
    output,
    names: ['sell', 'status', 'buy'],
    symbols: ['BTCEUR', 'ETHEUR'],
    answer: answer ?? (async line => (lines.push(line), `answer to ${line}`)),
    onQuit: () => void quits++,
  })
  const settle = async (): Promise<string> => {
    await new Promise(resolve => setTimeout(resolve, 20))
    return (output.read() as string | null) ?? ''
  }
  return { input, prompt, lines, settle, quits: () => quits }
}

describe('prompt', () => {
  test('on a terminal keeps what is being typed below what is printed', async () => {
    const { input, prompt, lines, settle } = prompted({ terminal: true })
    expect(await settle()).toContain('rt> ')
    input.write('buy b')
    await settle()
    prompt.print('a fill')
    const screen = await settle()
    expect(screen.indexOf('a fill\n')).toBeGreaterThanOrEqual(0)
    expect(stripVTControlCharacters(screen.slice(screen.indexOf('a fill\n')))).toBe('a fill\nrt> buy b')
    input.write('tc\n')
    expect(await settle()).toContain('answer to buy btc')
    expect(lines).toEqual(['buy btc'])
    await prompt.close()
  })

  test('a typed line of several rows is taken off whole', async () => {
    const { input, prompt, settle } = prompted({ terminal: true })
    input.write('x'.repeat(50))
    await settle()
    prompt.print('a fill')
    const screen = await settle()
    // 54 characters on 20 columns: the cursor stands two rows down
    expect(screen.startsWith(`${ESC}[2A`)).toBe(true)
    expect(screen.slice(screen.indexOf('a fill\n')).startsWith(`a fill\n${ESC}[1G`)).toBe(true)
    await prompt.close()
  })

  test.each(['\u0003', '\u0004'])('%j asks to quit, once', async key => {
    const { input, prompt, settle, quits } = prompted({ terminal: true })
    input.write(key)
    await settle()
    await prompt.close()
    expect(quits()).toBe(1)
    prompt.print('the summary')
    expect(await settle()).toContain('the summary\n')
  })

  test('piped lines are answered in their order, without a prompt; an end is not a wish to quit', async () => {
    const answers: (() => void)[] = []
    const { input, prompt, settle, quits } = prompted({
      terminal: false,
      answer: line => (line === 'first' ? new Promise(resolve => answers.push(() => resolve(line))) : Promise.resolve(line)),
    })
    input.end('first\n\nsecond')
    expect(await settle()).toBe('')
    answers[0]?.()
    expect(await settle()).toBe('first\nsecond\n')
    await prompt.close()
    expect(quits()).toBe(0)
  })

  test('closing does not wait for more, only for what came', async () => {
    const { input, prompt, settle } = prompted({ terminal: false })
    input.write('status\n')
    await settle()
    await prompt.close()
    input.write('too late\n')
    expect(await settle()).not.toContain('too late')
  })

  test('a failed answer is told', async () => {
    const { input, prompt, settle } = prompted({ terminal: false, answer: () => Promise.reject(new Error('no desk')) })
    input.write('status\n')
    expect(await settle()).toBe('That failed: no desk\n')
    await prompt.close()
  })

  test.each([
    ['s', [['sell', 'status'], 's']],
    ['st', [['status '], 'st']],
    ['/bu', [['/buy '], '/bu']],
    ['sell b', [['BTCEUR '], 'b']],
    ['sell ', [['BTCEUR', 'ETHEUR'], '']],
    ['', [['sell', 'status', 'buy'], '']],
  ])('completes %j', (line, completed) => {
    expect(complete(line, ['sell', 'status', 'buy'], ['BTCEUR', 'ETHEUR'])).toEqual(completed)
  })
})
