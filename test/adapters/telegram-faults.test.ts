/** What goes wrong with Telegram: the process lives, trading goes on, it is told on the other platform, and the token is nowhere. */
import { expect, test } from 'vitest'
import { ANN, type Bed, openBed } from '../support/chat/bed.ts'

const bars = Array.from({ length: 8 }, () => '100 101 99 100')
const MINUTE = 60_000

const toldOnDiscord = (bed: Bed, text: string) =>
  bed.discord.until(() => bed.discord.posted.find(({ content }) => content.replaceAll('\\', '').includes(text)))
const toldOnTelegram = ({ telegram }: Bed, text: string) => telegram.until(() => telegram.sent.find(one => one.text.includes(text)))
const noToken = ({ log, telegram, discord }: Bed): void => {
  const everything = JSON.stringify([log, telegram.sent, discord.posted])
  for (const secret of [telegram.token, telegram.token.split(':')[1]!, discord.token]) expect(everything).not.toContain(secret)
}

test('a second poller: told on Discord, tried again every half minute, and back when it is gone', async () => {
  const bed = await openBed({ bars })
  const { telegram, clock, trading } = bed
  // whoever polls besides ends our poll
  await fetch(`${telegram.url}/bot${telegram.token}/getUpdates`, { method: 'POST', body: '{}' })
  telegram.fail('getUpdates', { code: 409, description: 'Conflict: terminated by other getUpdates request' })
  await toldOnDiscord(bed, 'polled with this token by another program too')
  await trading.until(3)
  const polls = telegram.calls.filter(({ method }) => method === 'getUpdates').length
  await clock.advance(29_000)
  expect(telegram.calls.filter(({ method }) => method === 'getUpdates')).toHaveLength(polls)
  telegram.person({ id: ANN }).say('/status', { date: clock.now() / 1000 + 120 })
  await bed.clock.passUntil(toldOnTelegram(bed, 'Demo, running'))
  await bed.clock.passUntil(toldOnDiscord(bed, 'Telegram answers again.'))
  expect(bed.discord.posted.filter(({ content }) => content.includes('another program'))).toHaveLength(1)
  noToken(bed)
})

test('a token that is not accepted: told on Discord, and trading goes on', async () => {
  const bed = await openBed({ bars })
  const other = await openBed({ bars, token: '4242:canary-of-a-wrong-token-0123456789' })
  await other.telegram.until(() => other.log.some(line => line.includes('Telegram does not accept the token')))
  await other.discord.until(() => other.log.some(line => line.includes('Discord does not accept the token')))
  await other.trading.until(5)
  expect(other.trading.engine.equity('USDC')).toBe(1_000_000_000_000n)
  expect(JSON.stringify(other.log)).not.toContain('canary')
  noToken(bed)
})

test.each([
  ['500', { code: 500, description: 'Internal Server Error' }, 0],
  ['502', { code: 502, description: 'Bad Gateway' }, 0],
  ['429', { code: 429, description: 'Too Many Requests: retry after 3', retryAfter: 3 }, 3_000],
  ['a dropped socket', 'drop', 0],
] as const)('an answer that meets %s arrives all the same, once, and not before it may', async (_, fault, wait) => {
  const bed = await openBed({ bars, platforms: ['telegram'] })
  bed.telegram.fail('sendMessage', fault)
  bed.telegram.person({ id: ANN }).say('/version')
  await bed.clock.passUntil(toldOnTelegram(bed, 'RootTrading'))
  expect(bed.telegram.sent).toHaveLength(1)
  const [first, second] = bed.telegram.calls.filter(({ method }) => method === 'sendMessage')
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(wait)
  noToken(bed)
})

test('news obey retry_after and keep their order', async () => {
  const bed = await openBed({ bars, platforms: ['telegram'] })
  const { telegram, trading, clock, chat } = bed
  telegram.fail('sendMessage', { code: 429, description: 'Too Many Requests: retry after 40', retryAfter: 40 })
  await trading.shell.post({ kind: 'trouble', text: 'first', time: clock.now() })
  chat.ring()
  await telegram.until(() => telegram.calls.some(({ method }) => method === 'sendMessage'))
  await trading.shell.post({ kind: 'trouble', text: 'second', time: clock.now() })
  chat.ring()
  await clock.advance(39_000)
  expect(telegram.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(1)
  await bed.clock.passUntil(toldOnTelegram(bed, 'second'))
  expect(telegram.sent.map(({ text }) => text).join('\n\n')).toBe('first\n\nsecond')
})

test('a chat that blocked the bot is told of in the log, and the others get their news', async () => {
  const targets = [ANN, 43].map(chat => ({ platform: 'telegram' as const, chat: String(chat), group: false }))
  const bed = await openBed({ bars, platforms: ['telegram'], targets })
  bed.telegram.chats.delete(ANN)
  await bed.trading.shell.post({ kind: 'trouble', text: 'for all', time: bed.clock.now() })
  bed.chat.ring()
  expect((await toldOnTelegram(bed, 'for all')).chat).toBe(43)
  await bed.telegram.until(() => bed.log.some(line => line.includes('chat 42 gets no news')))
})

test('away for a minute is told on the other platform, and that it is back', async () => {
  const bed = await openBed({ bars })
  bed.telegram.down()
  const away = await bed.clock.passUntil(toldOnDiscord(bed, 'Telegram has not been reachable for a minute'))
  bed.telegram.up()
  bed.telegram.person({ id: ANN }).say('/version')
  const back = await bed.clock.passUntil(toldOnDiscord(bed, 'Telegram answers again.'))
  expect(bed.discord.posted.indexOf(back)).toBeGreaterThan(bed.discord.posted.indexOf(away))
  noToken(bed)
}, 30_000)

test('a press that came while nobody looked does nothing, and says so', async () => {
  const bed = await openBed({ bars, platforms: ['telegram'] })
  const { telegram, clock, trading } = bed
  await trading.until(2)
  const ann = telegram.person({ id: ANN })
  ann.say('/buy btc 1')
  await toldOnTelegram(bed, 'Buying')
  await trading.until(3)
  ann.say('/positions')
  const positions = await telegram.until(() => telegram.sent.find(({ buttons }) => buttons.some(({ text }) => text.startsWith('Close'))))
  telegram.down()
  await clock.advance(10 * MINUTE)
  ann.press(positions, 'Close BTCUSDC manual')
  telegram.up()
  await telegram.until(() => telegram.acknowledged.length > 0)
  expect(telegram.calls.findLast(({ method }) => method === 'answerCallbackQuery')!.given['text']).toContain('press again')
  expect(trading.held()).toEqual(['manual BTCUSDC 1 paid 100 stop 95'])
}, 30_000)

test('menus: strangers see what is open, each person what he or she may use', async () => {
  const { telegram } = await openBed({ bars, platforms: ['telegram'] })
  await telegram.until(() => telegram.menus.size === 5)
  const names = (scope: string): string[] => telegram.menus.get(scope)!.map(({ command }) => command)
  expect(names('default')).toEqual(['whoami'])
  expect(names('43')).not.toContain('buy')
  expect(names('42')).toEqual(expect.arrayContaining(['buy', 'status', 'why', 'whoami']))
  expect(names('-1001')).toContain('halt')
})
