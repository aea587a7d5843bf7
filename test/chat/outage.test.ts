/** A chat that is away delays nothing and loses nothing. */
import { expect, test } from 'vitest'
import { journalLines } from '#domain/journal.ts'
import { openMemoryMailbox } from '#adapters/memory/mailbox.ts'
import { quantity } from '#domain/money.ts'
import type { Time } from '#domain/time.ts'
import { ANN, openBed } from '../support/chat/bed.ts'
import { TEST_ACCOUNT } from '../support/trading.ts'
import { openTrading } from '../support/trading.ts'

// up and down again, so that there is something to tell at every bar
const bars = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? '100 104 99 103' : '103 104 97 100'))
const MINUTE = 60_000

/** Buys at every other bar and sells in between. */
async function trade({ desk, until }: Pick<Awaited<ReturnType<typeof openTrading>>, 'desk' | 'until'>, hours: number): Promise<void> {
  for (let hour = 2; hour < hours; hour++) {
    await until(hour)
    if (hour % 2 === 0) await desk.buy('ann', { symbol: 'BTCUSDC', amount: null, limit: null, stop: null, target: null })
    else await desk.sell('ann', { symbol: 'BTCUSDC', owner: null, amount: null })
  }
}

test('unreachable for ten minutes of replay: nothing is lost, the order is kept, candles are worked off as without chat', async () => {
  const plain = await openTrading({ bars })
  await trade(plain, 50)
  const bed = await openBed({ bars })
  const { telegram, discord, trading, clock } = bed
  telegram.down()
  discord.down()
  await trade(trading, 50)
  expect(journalLines(await trading.store.journal())).toEqual(journalLines(await plain.store.journal()))
  for (let minute = 0; minute < 10; minute++) await clock.advance(MINUTE)
  expect([telegram.sent, discord.posted]).toEqual([[], []])

  telegram.up()
  discord.up()
  const expected = [...(trading.disk.accounts.get('test')?.outbox ?? [])].filter(({ kind }) => kind !== 'order' && kind !== 'trouble')
  expect(expected.length).toBeGreaterThan(90)
  const lines = (texts: readonly string[]): string[] =>
    texts
      .flatMap(text => text.split('\n\n'))
      .map(text => text.replaceAll('\\', ''))
      .filter(text => !/reachable|answers? again/.test(text))
  // the pauses between attempts are long by now
  const heard = async (texts: () => readonly string[], until: (look: () => boolean) => Promise<unknown>): Promise<void> => {
    await clock.passUntil(until(() => lines(texts()).length >= expected.length))
    expect(lines(texts())).toEqual(expected.map(({ text }) => text))
  }
  await heard(
    () => telegram.sent.map(({ text }) => text),
    look => telegram.until(look),
  )
  await heard(
    () => discord.posted.filter(({ channel }) => channel === `dm ${ANN}`).map(({ content }) => content),
    look => discord.until(look),
  )
  // bursts were joined
  expect(telegram.sent.length).toBeLessThan(expected.length / 5)
}, 30_000)

test('the last news go out before the end, and what does not goes out after the next start', async () => {
  const first = await openBed({ bars, platforms: ['telegram'] })
  await first.trading.until(2)
  first.telegram.down()
  await trade(first.trading, 5)
  await first.chat.stop(0)
  expect(first.telegram.sent).toEqual([])
  await first.trading.store.close()

  const second = await openBed({ bars, platforms: ['telegram'], disk: first.trading.disk })
  await second.telegram.until(() =>
    second.telegram.sent
      .map(({ text }) => text)
      .join('\n')
      .includes('SELL'),
  )
  await second.trading.shell.post({ kind: 'stop', text: 'stopped', time: second.clock.now() })
  await second.chat.stop(5_000)
  expect(second.telegram.sent.at(-1)!.text).toContain('stopped')
})

test('what was done just before the end, and could not be answered, is told as done, however late', async () => {
  const first = await openBed({ bars, platforms: ['telegram'], targets: [] })
  await first.trading.until(2)
  const message = {
    platform: 'telegram',
    bot: String(first.telegram.me.id),
    update: '1',
    message: '1',
    chat: String(ANN),
    place: null,
    user: String(ANN),
    name: 'Ann',
    text: '/buy btc 1',
    button: false,
    sentAt: (first.clock.now() - 10 * 60_000) as Time,
  } as const
  await openMemoryMailbox({ disk: first.trading.disk, account: TEST_ACCOUNT }).receive(message)
  const wish = { symbol: 'BTCUSDC', amount: { kind: 'quantity', quantity: quantity('1') }, limit: null, stop: null, target: null } as const
  const { message: told } = await first.trading.desk.under(`telegram ${message.bot} 1`).buy('Ann', wish)
  await first.chat.stop(0)
  await first.trading.store.close()

  const second = await openBed({ bars, platforms: ['telegram'], targets: [], disk: first.trading.disk })
  expect((await second.telegram.until(() => second.telegram.sent.at(-1))).text).toBe(told)
})
