/** Which chats there are, by the settings, and who may what in them. */
import { privateChat } from '#adapters/discord/private-chat.ts'
import { type Access, peopleOf } from '#chat/access.ts'
import type { Clock } from '#ports/clock.ts'
import type { Messenger, Target } from '#ports/messenger.ts'
import type { Config } from '../config.ts'

/** The platforms that have a token. */
export interface Platforms {
  readonly messengers: readonly Messenger[]
  readonly access: Access
  /** Where news go: to every listed person in private, and to listed groups and channels. */
  readonly targets: readonly Target[]
}

/** Opens the platforms that the settings have a token for. Nothing is connected before they are started. */
export async function platformsOf(config: Config, clock: Clock): Promise<Platforms> {
  const { TELEGRAM_TOKEN, TELEGRAM_CHATS, DISCORD_TOKEN, DISCORD_GUILDS, DISCORD_CHANNELS } = config
  const telegram =
    TELEGRAM_TOKEN === undefined
      ? null
      : { admins: config.TELEGRAM_ADMINS, traders: config.TELEGRAM_TRADERS, viewers: config.TELEGRAM_VIEWERS, places: TELEGRAM_CHATS }
  const discord =
    DISCORD_TOKEN === undefined
      ? null
      : { admins: config.DISCORD_ADMINS, traders: config.DISCORD_TRADERS, viewers: config.DISCORD_VIEWERS, places: DISCORD_GUILDS }
  const access: Access = { ...(telegram === null ? {} : { telegram }), ...(discord === null ? {} : { discord }) }
  const group = (platform: Target['platform'], chat: string): Target => ({ platform, chat, group: true })
  return {
    access,
    messengers: await messengersOf(config, clock),
    targets: [
      ...peopleOf(access, 'telegram').map((user): Target => ({ platform: 'telegram', chat: user, group: false })),
      ...(telegram === null ? [] : TELEGRAM_CHATS.map(chat => group('telegram', chat))),
      ...peopleOf(access, 'discord').map((user): Target => ({ platform: 'discord', chat: privateChat(user), group: false })),
      ...(discord === null ? [] : DISCORD_CHANNELS.map(chat => group('discord', chat))),
    ],
  }
}

// A platform's library is loaded only where there is a token: the two of them take longer to load than all the rest of the program.
async function messengersOf(config: Config, clock: Clock): Promise<Messenger[]> {
  const { TELEGRAM_TOKEN, TELEGRAM_API_URL, TELEGRAM_CHATS, DISCORD_TOKEN, DISCORD_API_URL } = config
  const messengers: Messenger[] = []
  if (TELEGRAM_TOKEN !== undefined) {
    const { openTelegram } = await import('#adapters/telegram/telegram.ts')
    messengers.push(openTelegram({ token: TELEGRAM_TOKEN, apiUrl: TELEGRAM_API_URL, groups: TELEGRAM_CHATS, clock }))
  }
  if (DISCORD_TOKEN !== undefined) {
    const { openDiscord } = await import('#adapters/discord/discord.ts')
    messengers.push(openDiscord({ token: DISCORD_TOKEN, apiUrl: DISCORD_API_URL, clock }))
  }
  return messengers
}
