/** One conversation on both platforms, through the real libraries: what is done is the same, and what is shown is legible. */
import { describe, expect, test } from 'vitest'
import { ANN, type Bed, openBed } from '../support/chat/bed.ts'
import type { Posted } from '../support/chat/discord.ts'

const isNews = (text: string): boolean => /^(?:signal|fill|closed|stop|denied|mode|started) · /.test(text)

/** How a person talks on a platform. */
interface Line {
  /** Sends a command and gives the answer with its buttons. */
  ask(text: string): Promise<{ readonly text: string; readonly buttons: readonly string[] }>
  press(button: string): Promise<{ readonly text: string; readonly rewritten: boolean }>
  /** Waits for news that contain a text. */
  hear(text: string): Promise<string>
}

function onTelegram({ telegram }: Bed): Line {
  const ann = telegram.person({ id: ANN })
  let last = telegram.sent.at(-1)
  const next = async (count: number) => {
    const message = await telegram.until(() => telegram.sent.filter(({ text }) => !isNews(text)).at(count))
    last = message
    return message
  }
  const answers = (): number => telegram.sent.filter(({ text }) => !isNews(text)).length
  return {
    async ask(text) {
      const before = answers()
      ann.say(`/${text}`)
      const { text: said, buttons } = await next(before)
      return { text: said, buttons: buttons.map(button => button.text) }
    },
    async press(button) {
      const [before, message, edits] = [answers(), last!, last!.edits]
      ann.press(message, button)
      const found = await telegram.until(() =>
        message.edits > edits ? message : telegram.sent.filter(({ text }) => !isNews(text)).at(before),
      )
      last = found
      return { text: found.text, rewritten: found === message }
    },
    hear: async text => (await telegram.until(() => telegram.sent.find(one => isNews(one.text) && one.text.includes(text)))).text,
  }
}

function onDiscord({ discord }: Bed): Line {
  const ann = discord.person({ id: String(ANN) })
  let last = discord.posted.at(-1)
  const answered = async (interaction: string, under?: { readonly message: Posted; readonly edits: number }) => {
    last = await discord.until(() => {
      const answer = discord.answerTo(interaction)
      return answer !== null && answer.edits > (answer === under?.message ? under.edits : 0) ? answer : null
    })
    return last
  }
  return {
    async ask(text) {
      const [name = '', ...words] = text.split(' ')
      const menu = discord.commands.find(command => command.name === name) as { readonly options?: readonly { readonly name: string }[] }
      const names = menu.options!.map(option => option.name)
      const options = Object.fromEntries(
        words.map((word, at) => (word.includes('=') ? word.split('=') : [names[at], word])) as [string, string][],
      )
      const { content, buttons } = await answered(ann.slash(name, options))
      return { text: content, buttons: buttons.map(({ label = '' }) => label) }
    },
    async press(button) {
      const [message, edits] = [last!, last!.edits]
      const { content } = await answered(ann.press(message, button), { message, edits })
      return { text: content, rewritten: message.edits > edits }
    },
    hear: async text => (await discord.until(() => discord.posted.find(one => isNews(one.content) && one.content.includes(text)))).content,
  }
}

const bars = ['100 101 99 100', '100 101 99 100', '100 101 99 100', '100 101 99 101', '101 102 100 102', '102 103 101 103']

describe.each([
  ['telegram', onTelegram],
  ['discord', onDiscord],
] as const)('on %s', (platform, lineOf) => {
  test('status, buy, the fill pushed, positions, pnl, sell, why', async () => {
    const bed = await openBed({ bars, platforms: [platform] })
    const { trading } = bed
    const line = lineOf(bed)
    await trading.until(2)

    const status = await line.ask('status')
    expect(status.text).toContain('Demo, running')
    expect(status.text).toContain('Equity 10000.00 USDC (0.00%)')
    expect(status.buttons).toEqual(['Positions', 'Profit', 'Refresh'])

    const bought = await line.ask('buy btc 500usdc stop=3%')
    expect(bought.text).toContain('Buying 500.00 USDC of BTC at the market (about 100 USDC), stop 3 % under what is paid.')
    await trading.until(3)
    expect(await line.hear('BUY')).toContain('5 BTC at 100.00 = 500.00 USDC')
    expect(trading.held()).toEqual(['manual BTCUSDC 5 paid 100 stop 97'])

    const positions = await line.press('Positions')
    expect(positions).toMatchObject({ rewritten: false, text: expect.stringContaining('BTCUSDC') })
    expect(positions.text).toContain('500.00')
    expect((await line.ask('positions btc')).text).toContain('Stop 97.00')

    await trading.until(4)
    expect((await line.ask('positions')).buttons).toEqual(['Close BTCUSDC manual', 'Refresh'])
    await trading.until(5)
    const refreshed = await line.press('Refresh')
    expect(refreshed).toMatchObject({ rewritten: true, text: expect.stringContaining('510.00') })
    expect((await line.ask('pnl')).text).toContain('today')

    const closing = await line.ask('positions')
    expect(closing.buttons[0]).toBe('Close BTCUSDC manual')
    expect((await line.press('Close BTCUSDC manual')).text).toContain('Selling 5 BTC of manual at the market')
    await trading.until(6)
    expect(await line.hear('SELL')).toContain('5 BTC')
    expect(trading.held()).toEqual([])

    expect((await line.ask('why btc')).text).toContain('bought by Ann')
    expect((await trading.store.trades({ limit: 10 })).map(({ fill: { side, quantity } }) => `${side} ${quantity}`)).toEqual([
      'SELL 500000000',
      'BUY 500000000',
    ])
    expect(bed.log.filter(text => !text.startsWith('info'))).toEqual([])
  })
})
