/** A service in small with its chats: the real core, shell, desk and libraries, and a Telegram and a Discord on this machine. */
import { onTestFinished } from 'vitest'
import { openDiscord } from '#adapters/discord/discord.ts'
import { privateChat } from '#adapters/discord/private-chat.ts'
import { openMemoryMailbox } from '#adapters/memory/mailbox.ts'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { openTelegram } from '#adapters/telegram/telegram.ts'
import type { Access } from '#chat/access.ts'
import { type Chat, openChat } from '#chat/chat.ts'
import { redact } from '#domain/secrets.ts'
import type { Messenger, Target } from '#ports/messenger.ts'
import { commands } from '../fake-desk.ts'
import { openTrading, TEST_ACCOUNT, type Trading, type TradingSetup } from '../trading.ts'
import { TestClock } from './clock.ts'
import { DiscordServer } from './discord.ts'
import { TelegramServer } from './telegram.ts'

/** Ann trades, Vera looks, Adam is the admin; on both platforms. */
export const ANN = 42
export const VERA = 43
export const ADAM = 44
/** The listed group. */
export const GROUP = -1001

export interface BedSetup extends TradingSetup {
  /** Which platforms there are; both. */
  readonly platforms?: readonly Messenger['platform'][]
  /** Who gets the news; Ann, in private. */
  readonly targets?: readonly Target[]
  readonly token?: string
}

export interface Bed {
  readonly clock: TestClock
  readonly telegram: TelegramServer
  readonly discord: DiscordServer
  readonly trading: Trading
  readonly chat: Chat
  /** Lines of the log. */
  readonly log: string[]
}

const SLOW_MS = 10_000

/** Starts everything; it ends with the test. Resolves when both platforms are connected. */
export async function openBed(setup: BedSetup): Promise<Bed> {
  const { platforms = ['telegram', 'discord'], disk = newMemoryDisk() } = setup
  const clock = new TestClock()
  const telegram = new TelegramServer(clock.now)
  const discord = new DiscordServer(clock.now)
  telegram.chats.add(GROUP)
  for (const id of [ANN, VERA, ADAM]) telegram.person({ id })
  const [telegramUrl, discordUrl] = [await telegram.listen(), await discord.listen()]
  const log: string[] = []
  let chat: Chat | null = null
  const trading = await openTrading({ ...setup, disk, news: true, tell: () => chat?.ring() })
  const listed = { admins: [String(ADAM)], traders: [String(ANN)], viewers: [String(VERA)] }
  const access: Access = { telegram: { ...listed, places: [String(GROUP)] }, discord: { ...listed, places: [discord.guild] } }
  const all: Readonly<Record<Messenger['platform'], () => Messenger>> = {
    telegram: () => openTelegram({ token: setup.token ?? telegram.token, apiUrl: telegramUrl, groups: [String(GROUP)], clock }),
    discord: () => openDiscord({ token: setup.token ?? discord.token, apiUrl: discordUrl, clock }),
  }
  const news: readonly Target[] = [
    { platform: 'telegram', chat: String(ANN), group: false },
    { platform: 'discord', chat: privateChat(String(ANN)), group: false },
  ]
  chat = await openChat({
    messengers: platforms.map(platform => all[platform]()),
    mailbox: openMemoryMailbox({ disk, account: TEST_ACCOUNT }),
    access,
    targets: (setup.targets ?? news).filter(({ platform }) => platforms.includes(platform)),
    commands,
    desk: trading.desk,
    clock,
    hide: text => redact(text, [telegram.token, discord.token]),
    post: (kind, text) => trading.shell.post({ kind, text, time: clock.now() }),
    log: {
      info: text => void log.push(`info ${text}`),
      warn: text => void log.push(`warn ${text}`),
      error: error => void log.push(`error ${error instanceof Error ? error.stack : String(error)}`),
    },
  })
  onTestFinished(async () => {
    await chat.stop(0)
    await telegram.close()
    await discord.close()
  }, SLOW_MS)
  if (setup.token === undefined) {
    if (platforms.includes('telegram')) await telegram.until(() => telegram.polling)
    if (platforms.includes('discord')) await discord.until(() => discord.connected && discord.commands.length > 0)
  }
  return { clock, telegram, discord, trading, chat, log }
}
