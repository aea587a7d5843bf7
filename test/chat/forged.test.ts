/** Who is not listed does nothing, whatever he calls himself and wherever he writes; and what comes twice is done once. */
import { expect, test } from 'vitest'
import { ADAM, ANN, GROUP, openBed, VERA } from '../support/chat/bed.ts'

const bars = Array.from({ length: 8 }, () => '100 101 99 100')
const SECOND = 1000

test('200 forged senders on Telegram: none is obeyed', async () => {
  const { telegram, trading, clock } = await openBed({ bars, platforms: ['telegram'] })
  await trading.until(2)
  const group = { id: GROUP, type: 'supergroup', title: 'Room' } as const
  const channel = { id: -9, type: 'channel', title: 'C' } as const
  const names = { username: 'ann', first_name: 'Ann', last_name: 'Lee' }
  for (let at = 0; at < 40; at++) {
    // the same name and username under another id, in private and in the listed group
    const twin = telegram.person({ id: 1000 + at, ...names })
    twin.say('/buy btc 1')
    twin.say('/buy btc 1', { chat: group } as never)
    // an anonymous admin, a channel in the group, a bot with Ann's id
    const anonymous = telegram.person({ id: 1_087_968_824, is_bot: true, username: 'GroupAnonymousBot' })
    anonymous.say('/buy btc 1', { chat: group, sender_chat: group } as never)
    twin.say('/buy btc 1', { from: { id: 136_817_688, is_bot: true, first_name: 'Channel' }, chat: group, sender_chat: channel } as never)
    telegram.person({ id: ANN, is_bot: true }).say('/buy btc 1')
  }
  // a listed person in a group that is not listed
  const ann = telegram.person({ id: ANN })
  ann.say('/buy btc 1', { chat: { id: -777, type: 'supergroup', title: 'Elsewhere' } } as never)
  // a viewer may look, not trade
  telegram.person({ id: VERA }).say('/buy btc 1')
  const last = ann.say('/status')
  await telegram.until(() => telegram.sent.some(({ text }) => text.startsWith('Demo, running')))
  expect(last).toBeGreaterThan(0)
  expect([trading.held(), trading.orders()]).toEqual([[], []])
  // each stranger was told once, the viewer too
  await telegram.until(() => telegram.sent.filter(({ text }) => text.startsWith('This bot answers listed people only')).length === 40)
  expect(telegram.sent.filter(({ text }) => text.includes('needs the role trader; yours is viewer'))).toHaveLength(1)
  await clock.advance(SECOND)
  const buyer = telegram.person({ id: 1000 })
  buyer.say('/sell btc')
  ann.say('/version')
  await telegram.until(() => telegram.sent.some(({ text }) => text.startsWith('RootTrading')))
  expect(
    telegram.sent.filter(({ chat }) => chat === 1000),
    'and not again',
  ).toHaveLength(1)
})

test('forged senders on Discord: none is obeyed', async () => {
  const { discord, trading } = await openBed({ bars, platforms: ['discord'] })
  await trading.until(2)
  const refused = [
    discord.person({ id: '4242' }).slash('buy', { symbol: 'btc' }),
    discord.person({ id: '4243', guild: null }).slash('buy', { symbol: 'btc' }),
    discord.person({ id: String(ANN), guild: '31337' }).slash('buy', { symbol: 'btc' }),
    discord.person({ id: String(VERA) }).slash('buy', { symbol: 'btc' }),
  ]
  discord.person({ id: String(ANN), bot: true }).slash('buy', { symbol: 'btc' })
  await discord.until(() => refused.every(id => (discord.answerTo(id)?.content ?? '') !== ''))
  expect(refused.map(id => discord.answerTo(id)!.content)).toEqual([
    expect.stringContaining('listed people only'),
    expect.stringContaining('listed people only'),
    expect.stringContaining('in listed places'),
    expect.stringContaining('needs the role trader; yours is viewer'),
  ])
  expect(refused.map(id => discord.answerTo(id)!.ephemeral)).toEqual([true, false, true, true])
  expect([trading.held(), trading.orders()]).toEqual([[], []])
})

test('whoami answers anybody with the ids to be listed', async () => {
  const { telegram, discord } = await openBed({ bars })
  telegram.person({ id: 666, username: 'ann' }).say('/whoami')
  telegram.chats.add(-777)
  telegram.person({ id: 667 }).say('/whoami@root_bot', { chat: { id: -777, type: 'supergroup', title: 'Elsewhere' } } as never)
  const asked = discord.person({ id: '668', guild: '31337' }).slash('whoami')
  const answer = (chat: number) => telegram.until(() => telegram.sent.find(one => one.chat === chat))
  expect((await answer(666)).text).toBe(
    'Your id is 666.\nYou have no role here. To get one, put 666 into TELEGRAM_ADMINS, TELEGRAM_TRADERS or TELEGRAM_VIEWERS.',
  )
  expect((await answer(-777)).text).toContain('This group is -777; TELEGRAM_CHATS lists those that are answered.')
  expect((await discord.until(() => discord.answerTo(asked)?.content || null)).replaceAll('\\', '')).toContain(
    'This guild is 31337; DISCORD_GUILDS',
  )
})

test('in the listed group listed people are answered', async () => {
  const { telegram, trading } = await openBed({ bars, platforms: ['telegram'] })
  await trading.until(2)
  const group = { id: GROUP, type: 'supergroup', title: 'Room' } as const
  telegram.person({ id: ANN }).say('/buy@root_bot btc 1', { chat: group } as never)
  expect((await telegram.until(() => telegram.sent.find(({ chat }) => chat === GROUP))).text).toContain('Buying 1 BTC')
  telegram.person({ id: ADAM }).say('/halt', { chat: group } as never)
  await telegram.until(() => telegram.sent.find(({ chat, text }) => chat === GROUP && text.startsWith('Halted')))
  expect((await trading.desk.status()).mode).toBe('halted')
})

test('200 commands on Telegram, each delivered one to five times: each is done once', async () => {
  const { telegram, trading, clock } = await openBed({ bars, platforms: ['telegram'], rules: { manualStop: 0 } })
  await trading.until(2)
  const ann = telegram.person({ id: ANN })
  for (let at = 0; at < 200; at++) {
    const message = ann.message('/buy btc 0.01 limit=50')
    const update = telegram.push({ message } as never)
    // the same update again, and the same message under another number
    for (let copy = 0; copy < at % 3; copy++) telegram.push({ update_id: update, message } as never)
    for (let copy = 0; copy < at % 2; copy++) telegram.push({ message } as never)
  }
  await telegram.until(() => telegram.allTaken)
  await telegram.until(() => telegram.sent.filter(({ text }) => text.startsWith('Buying')).length === 200)
  await clock.advance(SECOND)
  // each buy replaces the one before: as many orders were made as there were commands
  expect(trading.engine.trader.orders.orderCount).toBe(200)
})

test('200 interactions on Discord, each delivered one to five times: each is done once, and answered once', async () => {
  const { discord, trading } = await openBed({ bars, platforms: ['discord'], rules: { manualStop: 0 } })
  await trading.until(2)
  const ann = discord.person({ id: String(ANN) })
  const ids = Array.from({ length: 200 }, (_, at) => {
    const id = ann.slash('buy', { symbol: 'btc', amount: '0.01', limit: '50' })
    for (let copy = 0; copy < at % 5; copy++) discord.redeliver(id)
    return id
  })
  await discord.until(() => ids.every(id => discord.answerTo(id)?.content.startsWith('Buying')))
  expect(trading.engine.trader.orders.orderCount).toBe(200)
  discord.redeliver(ids[0]!)
  const after = ann.slash('version')
  await discord.until(() => discord.answerTo(after)?.content)
  expect(trading.engine.trader.orders.orderCount).toBe(200)
  expect(ids.map(id => discord.answerTo(id)!.edits)).toEqual(ids.map(() => 1))
})

test('what is older than a minute does nothing', async () => {
  const { telegram, discord, trading, clock } = await openBed({ bars })
  await trading.until(2)
  telegram.person({ id: ANN }).say('/buy btc 1', { date: clock.now() / 1000 - 61 })
  discord.person({ id: String(ANN) }).slash('buy', { symbol: 'btc' }, clock.now() - 61_000)
  telegram.person({ id: ANN }).say('/version')
  const asked = discord.person({ id: String(ANN) }).slash('version')
  await telegram.until(() => telegram.sent.some(({ text }) => text.startsWith('RootTrading')))
  await discord.until(() => discord.answerTo(asked)?.content)
  expect([trading.held(), trading.orders()]).toEqual([[], []])
})
