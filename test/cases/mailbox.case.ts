/** What every mailbox must do, whatever it keeps the mail in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { News } from '#domain/news.ts'
import type { Time } from '#domain/time.ts'
import type { Mailbox } from '#ports/mailbox.ts'
import type { Incoming, Target } from '#ports/messenger.ts'

/** A record on which mailboxes are opened. */
export interface MailboxBed {
  open(account: string): Promise<Mailbox>
  /** Writes news in a round of the account. */
  post(account: string, news: readonly News[]): Promise<void>
  end(): Promise<void>
}

const NOW = 1_672_905_600_007 as Time

/** A message, with what a test changes. */
export const incoming = (more: Partial<Incoming> = {}): Incoming => ({
  platform: 'telegram',
  bot: '99',
  update: '1000',
  message: '7',
  chat: '42',
  place: null,
  user: '42',
  name: 'Ann',
  text: '/status',
  button: false,
  sentAt: NOW,
  ...more,
})

const news = (text: string): News => ({ kind: 'fill', text, time: NOW })
const ann: Target = { platform: 'telegram', chat: '42', group: false }
const room: Target = { platform: 'discord', chat: '42', group: true }

/** Runs the cases. */
export function mailboxCases(name: string, start: () => Promise<MailboxBed>): void {
  describe(`mailbox: ${name}`, () => {
    let bed: MailboxBed
    let account = 0
    beforeAll(async () => {
      bed = await start()
    })
    afterAll(() => bed.end())
    // a bot and an account of its own for each test
    const fresh = async () => {
      const bot = `bot ${++account}`
      return { mailbox: await bed.open(`mail ${account}`), account: `mail ${account}`, bot }
    }

    test('a message is taken once, by its update and by its place in the chat', async () => {
      const { mailbox, bot } = await fresh()
      expect(await mailbox.receive(incoming({ bot }))).toBe(true)
      expect(await mailbox.receive(incoming({ bot }))).toBe(false)
      expect(await mailbox.receive(incoming({ bot, update: '1001' })), 'the same message in another update').toBe(false)
      expect(await mailbox.receive(incoming({ bot, message: '8' })), 'the same update with another message').toBe(false)
      expect(await mailbox.receive(incoming({ bot, update: '1001', message: '8' }))).toBe(true)
      expect(await mailbox.receive(incoming({ bot, update: '1002', message: '8', chat: '43' })), 'chats number by themselves').toBe(true)
      expect(await mailbox.receive(incoming({ bot: `${bot}, another` })), 'so do bots').toBe(true)
      expect(await mailbox.receive(incoming({ bot, platform: 'discord' })), 'and platforms').toBe(true)
    })

    test('delivered many times at once, it is taken once', async () => {
      const { mailbox, bot } = await fresh()
      const taken = await Promise.all(Array.from({ length: 8 }, () => mailbox.receive(incoming({ bot }))))
      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    test('what was not worked off waits, oldest first, just as it came', async () => {
      const { mailbox, bot } = await fresh()
      const first = incoming({ bot, place: '-100', button: true, text: 'close "BTCEUR" ; drop table trades' })
      const second = incoming({ bot, update: '1001', message: '8' })
      for (const message of [first, second]) await mailbox.receive(message)
      expect(await mailbox.waiting()).toEqual([first, second])
      await mailbox.done(first, 'answered')
      expect(await mailbox.waiting()).toEqual([second])
      expect(await mailbox.receive(first), 'and it is not taken again').toBe(false)
    })

    test('outcomes are counted by person', async () => {
      const { mailbox, bot } = await fresh()
      for (const [update, user] of ['7', '7', '8'].entries()) {
        const message = incoming({ bot, update: String(update), message: String(update), user })
        await mailbox.receive(message)
        await mailbox.done(message, 'refused: a stranger')
      }
      expect(await mailbox.count({ platform: 'telegram', user: '7' }, 'refused: a stranger')).toBe(2)
      expect(await mailbox.count({ platform: 'telegram', user: '7' }, 'answered')).toBe(0)
      expect(await mailbox.count({ platform: 'discord', user: '7' }, 'refused: a stranger')).toBe(0)
    })

    test('a new chat begins with what comes from now on, and then gets all, in order', async () => {
      const { mailbox, account } = await fresh()
      await bed.post(account, [news('before')])
      expect(await mailbox.unsent(ann, 10)).toEqual([])
      await bed.post(account, [news('one'), news('two')])
      await bed.post(account, [news('three')])
      const first = await mailbox.unsent(ann, 2)
      expect(first.map(({ text }) => text)).toEqual(['one', 'two'])
      expect(first[0]).toMatchObject({ kind: 'fill', time: NOW })
      expect(
        (await mailbox.unsent(ann, 2)).map(({ text }) => text),
        'not sent is not gone',
      ).toEqual(['one', 'two'])
      await mailbox.sent(ann, first[1]!.id)
      expect((await mailbox.unsent(ann, 2)).map(({ text }) => text)).toEqual(['three'])
      expect(await mailbox.unsent(room, 2), 'each chat has a mark of its own').toEqual([])
    })

    test('accounts do not mix', async () => {
      const [one, other] = [await fresh(), await fresh()]
      await one.mailbox.unsent(ann, 1)
      await other.mailbox.unsent(ann, 1)
      await bed.post(one.account, [news('mine')])
      await one.mailbox.receive(incoming({ bot: one.bot }))
      expect(await other.mailbox.unsent(ann, 10)).toEqual([])
      expect(await other.mailbox.waiting()).toEqual([])
      expect(await one.mailbox.unsent(ann, 10)).toHaveLength(1)
    })
  })
}
