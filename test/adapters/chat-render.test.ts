import { describe, expect, test } from 'vitest'
import { contentsOf, escaped as forDiscord, rowsOf } from '#adapters/discord/render.ts'
import { escaped as forTelegram, htmlOf, keyboardOf } from '#adapters/telegram/render.ts'
import { refresh, replyOf, table } from '#domain/message.ts'
import { parseHtml } from '../support/chat/html.ts'

const narrow = table(
  ['Asset', 'Free'],
  [
    ['EUR', '9917.01'],
    ['BTC', '0.0123'],
  ],
  [1],
)
const wide = table(['Symbol', 'Owner', 'Value', 'Profit', 'Stop'], [['BTCEUR', 'ema-cross', '317.49', '+2.35%', '24250.00']], [2, 3, 4])

describe('Telegram', () => {
  test('a narrow table is a grid, a wide one is stacked', () => {
    expect(htmlOf(replyOf(['All:', narrow]))).toEqual(['All:\n\n<pre>Asset     Free\nEUR    9917.01\nBTC     0.0123</pre>'])
    expect(htmlOf(replyOf([wide]))).toEqual(['<b>BTCEUR · ema-cross</b>\nValue 317.49 · Profit +2.35% · Stop 24250.00'])
  })

  test.each(['<b>', '</pre>', '&lt;', 'a < b && c > d', '<script>alert(1)</script>', '"\'`*_[x](y)', '\u202Eabc'])(
    '%s shows as it is',
    text => {
      expect(parseHtml(forTelegram(text))).toEqual({ text })
      for (const html of htmlOf(replyOf([text, table([text], [[text]]), table(['H', text, 'Value'], [[text, text, 'x'.repeat(40)]])])))
        expect(parseHtml(html)).toHaveProperty('text')
    },
  )

  test('a long answer takes several messages, none too long, nothing lost', () => {
    const lines = Array.from({ length: 900 }, (_, line) => `line ${line} & more`)
    const shown = htmlOf(replyOf([lines.join('\n'), 'x'.repeat(9000)])).map(html => parseHtml(html) as { readonly text: string })
    expect(shown.every(({ text }) => text.length <= 4096)).toBe(true)
    expect(
      shown
        .map(({ text }) => text)
        .join('\n')
        .replaceAll(/\s/g, ''),
    ).toBe(`${lines.join('')}${'x'.repeat(9000)}`.replaceAll(/\s/g, ''))
  })

  test('nothing is still something to send', () => {
    expect(htmlOf(replyOf([]))).toEqual(['Nothing.'])
  })

  test('buttons carry their command where it fits', () => {
    const reply = replyOf(
      ['x'],
      [{ label: 'Why', command: 'why BTCEUR' }, refresh('positions'), { label: 'Long', command: `é${'x'.repeat(61)}` }],
    )
    expect(keyboardOf(reply)).toEqual([
      [
        { text: 'Why', callback_data: 'c:why BTCEUR' },
        { text: 'Refresh', callback_data: 'r:positions' },
      ],
    ])
  })
})

describe('Discord', () => {
  test('tables', () => {
    expect(contentsOf(replyOf([narrow]))).toEqual(['```\nAsset     Free\nEUR    9917.01\nBTC     0.0123\n```'])
    expect(contentsOf(replyOf([wide]))).toEqual([
      '**BTCEUR · ema\\-cross**\nValue 317.49 · Profit +2.35% · Stop 24250.00'.replace('\\-', '-'),
    ])
  })

  test.each([
    ['**bold** _it_ ~~no~~ `x`', '\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~ \\`x\\`'],
    ['<@123> @everyone', '\\<@123> @everyone'],
    ['# head\n- item\n1. one', '\\# head\n\\- item\n1\\. one'],
    ['[x](http://evil)', '\\[x](http://evil)'],
  ])('%s is escaped', (text, shown) => {
    expect(forDiscord(text)).toBe(shown)
  })

  test('a block of code is not ended from inside', () => {
    const [shown] = contentsOf(replyOf([table(['A'], [['``` @everyone']])]))
    expect(shown!.match(/```/g)).toHaveLength(2)
  })

  test('a long answer takes several messages, none too long', () => {
    const shown = contentsOf(replyOf(['*_'.repeat(4000), wide, narrow]))
    expect(shown.length).toBeGreaterThan(1)
    expect(shown.every(content => content.length <= 2000)).toBe(true)
  })

  test('buttons: each id once, five in a row', () => {
    const buttons = Array.from({ length: 7 }, (_, at) => ({ label: `B${at}`, command: `why S${at}` }))
    const rows = rowsOf(replyOf(['x'], [...buttons, buttons[0]!, { label: 'Long', command: 'x'.repeat(99) }]))
    expect(rows.map(({ components }) => components.map(({ custom_id: id }) => id))).toEqual([
      ['c:why S0', 'c:why S1', 'c:why S2', 'c:why S3', 'c:why S4'],
      ['c:why S5', 'c:why S6'],
    ])
  })
})
