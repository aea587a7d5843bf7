/** Which updates act: plain new messages and presses of our own buttons, by people. Everything else does nothing. */
import type { CallbackQuery, Chat, Message, Update, User } from 'grammy/types'
import type { Time } from '#domain/time.ts'
import type { Incoming } from '#ports/messenger.ts'

/** Before the command of a button; `AGAIN` asks for the same once more, in the same message. */
export const PRESS = 'c:'
/** See `PRESS`. */
export const AGAIN = 'r:'

/** Our own account. */
export type Me = Pick<User, 'id' | 'username'>

/** What is asked of the server at all. */
export const ALLOWED_UPDATES = ['message', 'callback_query'] as const

/** A press, with what answering it needs. */
export interface Press {
  readonly query: string
  /** The message to be rewritten, where the button asks for the same once more. */
  readonly rewrite: number | null
}

/** The message that an update is, or null: it does nothing. `now` stands for the time of a press, which Telegram does not tell. */
export function readUpdate(update: Update, me: Me, now: Time): { readonly message: Incoming; readonly press: Press | null } | null {
  if (update.message !== undefined) {
    const message = ofMessage(update.update_id, update.message, me)
    return message === null ? null : { message, press: null }
  }
  return update.callback_query === undefined ? null : ofPress(update.update_id, update.callback_query, me, now)
}

const nameOf = ({ first_name: first, last_name: last = '', username }: User): string =>
  `${`${first} ${last}`.trim()}${username === undefined ? '' : ` @${username}`}`

// Null for anything but private chats and groups.
function placeOf(chat: Chat, from: User): { readonly place: string | null } | null {
  if (chat.type === 'private') return chat.id === from.id ? { place: null } : null
  return chat.type === 'group' || chat.type === 'supergroup' ? { place: String(chat.id) } : null
}

function ofMessage(update: number, message: Message, me: Me): Incoming | null {
  const { from, chat, text, date } = message
  if (from === undefined || text === undefined || from.is_bot) return null
  const second = message.forward_origin ?? message.via_bot ?? message.sender_chat ?? message.edit_date ?? message.business_connection_id
  if (second !== undefined || message.is_automatic_forward === true) return null
  const where = placeOf(chat, from)
  if (where === null || !isForUs(text, where.place !== null, me)) return null
  return {
    platform: 'telegram',
    bot: String(me.id),
    update: String(update),
    message: String(message.message_id),
    chat: String(chat.id),
    place: where.place,
    user: String(from.id),
    name: nameOf(from),
    text,
    button: false,
    sentAt: (date * 1000) as Time,
  }
}

// In a group only commands are meant for a bot, and of those not the ones that name another.
function isForUs(text: string, group: boolean, { username }: Me): boolean {
  if (group && !text.startsWith('/')) return false
  const named = /^\/\w+@(\w+)/.exec(text)?.[1]
  return named === undefined || named.toLowerCase() === username?.toLowerCase()
}

function ofPress(
  update: number,
  { id, from, message, data = '' }: CallbackQuery,
  me: Me,
  now: Time,
): { readonly message: Incoming; readonly press: Press } | null {
  // date 0: a message that Telegram does not show any more
  if (message === undefined || message.date === 0 || message.from?.id !== me.id || from.is_bot) return null
  const again = data.startsWith(AGAIN)
  if (!again && !data.startsWith(PRESS)) return null
  const where = placeOf(message.chat, from)
  if (where === null) return null
  return {
    message: {
      platform: 'telegram',
      bot: String(me.id),
      update: String(update),
      message: `press ${id}`,
      chat: String(message.chat.id),
      place: where.place,
      user: String(from.id),
      name: nameOf(from),
      text: data.slice(PRESS.length),
      button: true,
      sentAt: now,
    },
    press: { query: id, rewrite: again ? message.message_id : null },
  }
}
