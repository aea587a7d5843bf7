/** What goes wrong with Discord: the process lives, trading goes on, it is told on the other platform. */
import { expect, test } from 'vitest'
import { ANN, openBed } from '../support/chat/bed.ts'

const bars = Array.from({ length: 8 }, () => '100 101 99 100')
const me = String(ANN)

test.each([
  ['a cut socket is resumed', 6, 'cut'],
  ['an order to connect again is resumed', 6, 7],
] as const)('%s, and what came meanwhile is answered', async (_, op, how) => {
  const { discord } = await openBed({ bars, platforms: ['discord'] })
  const before = discord.identified.length
  if (how === 'cut') discord.cut()
  else discord.order(how)
  const missed = discord.person({ id: me }).slash('version')
  await discord.until(() => discord.identified.slice(before).includes(op) && discord.connected)
  const asked = discord.person({ id: me }).slash('version')
  for (const one of [asked, missed]) expect(await discord.until(() => discord.answerTo(one)?.content)).toContain('RootTrading')
})

test('a lost session is identified anew, and answers go on', async () => {
  const { discord } = await openBed({ bars, platforms: ['discord'] })
  const before = discord.identified.length
  discord.order(9)
  await discord.until(() => discord.identified.slice(before).includes(2) && discord.connected)
  const asked = discord.person({ id: me }).slash('version')
  expect(await discord.until(() => discord.answerTo(asked)?.content)).toContain('RootTrading')
})

test('an interaction that cannot be answered any more is obeyed once, and answered in private', async () => {
  const { discord, trading, log } = await openBed({ bars, platforms: ['discord'], targets: [] })
  await trading.until(2)
  discord.fail(/callback$/, { status: 404, code: 10_062 })
  const asked = discord.person({ id: me }).slash('buy', { symbol: 'btc', amount: '1' })
  const answer = await discord.until(() => discord.posted.find(({ content }) => content.includes('Buying 1 BTC')))
  expect(answer.channel).toBe(`dm ${ANN}`)
  discord.redeliver(asked)
  await trading.until(3)
  expect(trading.held()).toEqual(['manual BTCUSDC 1 paid 100 stop 95'])
  expect(log.filter(line => line.startsWith('error'))).toEqual([])
})

test.each([
  ['500', { status: 500 }, 0],
  ['429', { status: 429, retryAfter: 4.5 }, 4_500],
  ['a dropped socket', 'drop', 0],
] as const)('an answer that meets %s arrives all the same, and not before it may', async (_, fault, wait) => {
  const { discord } = await openBed({ bars, platforms: ['discord'] })
  discord.fail(/^PATCH/, fault)
  const asked = discord.person({ id: me }).slash('version')
  expect(await discord.until(() => discord.answerTo(asked)?.content)).toContain('RootTrading')
  const [first, second] = discord.calls.filter(({ key }) => key.startsWith('PATCH'))
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(wait)
})

test('an answer that was lost on the way back is written again, and nothing is done twice', async () => {
  const { discord, trading } = await openBed({ bars, platforms: ['discord'], targets: [] })
  await trading.until(2)
  discord.fail(/^PATCH/, 'lost')
  const asked = discord.person({ id: me }).slash('buy', { symbol: 'btc', amount: '1' })
  await discord.until(() => (discord.answerTo(asked)?.edits ?? 0) >= 2)
  await trading.until(3)
  expect(trading.held()).toEqual(['manual BTCUSDC 1 paid 100 stop 95'])
})

test('symbols and names are completed for listed people alone', async () => {
  const { discord } = await openBed({ bars: { BTCUSDC: bars, ETHUSDC: bars }, platforms: ['discord'] })
  const suggested = async (id: string, name: string, option: string, typed: string): Promise<string[]> => {
    const asked = discord.person({ id }).autocomplete(name, option, typed)
    return (await discord.until(() => discord.choices.get(asked))).map(({ value }) => value)
  }
  expect(await suggested(me, 'buy', 'symbol', '')).toEqual(['BTCUSDC', 'ETHUSDC'])
  expect(await suggested(me, 'buy', 'symbol', 'eth')).toEqual(['ETHUSDC'])
  expect(await suggested(me, 'help', 'command', 'posi')).toEqual(['positions'])
  expect(await suggested(me, 'sell', 'owner', 'man')).toEqual(['manual'])
  expect(await suggested('666', 'buy', 'symbol', '')).toEqual([])
})

test('every command is a slash command with its types and choices', async () => {
  const { discord } = await openBed({ bars, platforms: ['discord'] })
  const menu = new Map(discord.commands.map(command => [command.name, command as { readonly options?: readonly object[] }]))
  expect(menu.get('buy')!.options).toMatchObject([
    { name: 'symbol', type: 3, required: true, autocomplete: true },
    { name: 'amount', type: 3, required: false },
    { name: 'limit', type: 3 },
    { name: 'stop', type: 3 },
    { name: 'target', type: 3 },
  ])
  expect(menu.get('trades')!.options).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'count', type: 4, min_value: 1, max_value: 100 })]),
  )
  expect(menu.get('alerts')!.options).toMatchObject([
    { choices: expect.arrayContaining([{ name: 'fill', value: 'fill' }]) },
    { name: 'volume' },
  ])
  expect([...menu.keys()]).toEqual(expect.arrayContaining(['status', 'positions', 'why', 'whoami', 'halt', 'strategy']))
})

test('away for a minute is told on Telegram, and that it is back', async () => {
  const { discord, telegram, clock } = await openBed({ bars })
  const told = (text: string) => telegram.until(() => telegram.sent.find(one => one.text.includes(text)))
  discord.down()
  await discord.until(() => !discord.connected)
  const away = await clock.passUntil(told('Discord has not been reachable for a minute'))
  discord.up()
  const back = await clock.passUntil(told('Discord answers again.'))
  expect(telegram.sent.indexOf(back)).toBeGreaterThan(telegram.sent.indexOf(away))
}, 30_000)
