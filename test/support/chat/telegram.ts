/** A Bot API server on this machine, as strict as Telegram where it matters. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BotCommand, InlineKeyboardButton, Message, Update, User } from 'grammy/types'
import { parseHtml } from './html.ts'
import { Watched } from './until.ts'

/** A message that the bot sent, as the person sees it. */
export interface Sent {
  readonly id: number
  readonly chat: number
  text: string
  buttons: InlineKeyboardButton.CallbackButton[]
  readonly silent: boolean
  edits: number
}

/** What goes wrong with a call. `lost`: it is done, and the answer does not arrive. */
export type TelegramFault = { readonly code: number; readonly description: string; readonly retryAfter?: number } | 'drop' | 'lost'

type Parameters_ = Readonly<Record<string, unknown>>
type Answer = { readonly result: unknown } | { readonly code: number; readonly description: string; readonly retryAfter?: number }

const bad = (description: string): Answer => ({ code: 400, description: `Bad Request: ${description}` })
const MOST = 4096
const LINKS: readonly string[] = ['sendMessage', 'editMessageText']

/** The server, its people, and what it saw. */
export class TelegramServer {
  readonly token = '4242:test-token-of-telegram-0123456789'
  readonly me = { id: 4242, is_bot: true, first_name: 'Root', username: 'root_bot' } as const
  /** Messages of the bot, oldest first. */
  readonly sent: Sent[] = []
  /** Calls by method, with what was given; long polls too. */
  readonly calls: { readonly method: string; readonly given: Parameters_; readonly at: number }[] = []
  readonly menus = new Map<string, BotCommand[]>()
  readonly acknowledged: string[] = []
  /** When each message was sent, by chat: for the limits. */
  readonly sentAt = new Map<number, number[]>()
  /** Chats that there are; a message to another is refused. */
  readonly chats = new Set<number>()
  #server = createServer((request, response) => void this.#handle(request, response))
  #port = 0
  #updates: Update[] = []
  #nextUpdate = 1000
  #nextMessage = 1
  #polls: { readonly id: number; end(conflict: boolean): void }[] = []
  #nextPoll = 1
  #queries = new Set<string>()
  #faults: { readonly method: string; readonly fault: TelegramFault; times: number }[] = []
  #watched = new Watched()
  #down = false
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Listens; where it is. */
  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this.url
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async close(): Promise<void> {
    this.#endPolls()
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** From now on nobody is answered. */
  down(): void {
    this.#down = true
    this.#endPolls()
    this.#server.closeAllConnections()
  }

  /** Answers again. */
  up(): void {
    this.#down = false
  }

  /** The next calls of a method go wrong. */
  fail(method: string, fault: TelegramFault, times = 1): void {
    this.#faults.push({ method, fault, times })
  }

  /** See Watched. */
  until<Found>(look: () => Found | undefined | null | false): Promise<Found> {
    return this.#watched.until(look, () =>
      JSON.stringify({ sent: this.sent.slice(-5), calls: this.calls.slice(-8).map(({ method }) => method) }),
    )
  }

  /** Delivers an update; without an id it gets the next one. Its id. */
  push(update: Omit<Update, 'update_id'> & { readonly update_id?: number }): number {
    const id = update.update_id ?? this.#nextUpdate++
    this.#updates.push({ ...update, update_id: id } as Update)
    for (const poll of this.#polls.splice(0)) poll.end(false)
    return id
  }

  /** True once the bot has taken everything that was pushed. */
  get allTaken(): boolean {
    return this.#updates.length === 0
  }

  /** A person who writes to the bot. */
  person(user: Partial<User> & { readonly id: number }) {
    const from: User = { is_bot: false, first_name: 'Ann', ...user }
    const chat = { id: from.id, type: 'private', first_name: from.first_name } as const
    this.chats.add(from.id)
    return {
      from,
      chat,
      message: (text: string, more: Partial<Message> = {}): Message =>
        ({ message_id: this.#nextMessage++, from, chat, date: Math.floor(this.#now() / 1000), text, ...more }) as Message,
      say: (text: string, more: Partial<Message> = {}): number =>
        this.push({
          message: {
            message_id: this.#nextMessage++,
            from,
            chat,
            date: Math.floor(this.#now() / 1000),
            text,
            ...more,
          } as Update['message'] & object,
        }),
      /** Presses a button by its label. The update's id. */
      press: (message: Sent, label: string): number => {
        const button = message.buttons.find(({ text }) => text === label)
        if (button === undefined) throw new Error(`there is no button ${label}: ${message.buttons.map(({ text }) => text).join(', ')}`)
        return this.push({ callback_query: this.query(from, message, button.callback_data) })
      },
    }
  }

  /** A press of a button. */
  query(from: User, message: Pick<Sent, 'id' | 'chat'>, data: string): Update['callback_query'] & object {
    const id = `query ${this.#nextUpdate}`
    this.#queries.add(id)
    const chat =
      message.chat < 0 ? { id: message.chat, type: 'supergroup', title: 'Room' } : { id: message.chat, type: 'private', first_name: 'Ann' }
    return {
      id,
      from,
      chat_instance: '1',
      data,
      message: { message_id: message.id, from: this.me, chat, date: Math.floor(this.#now() / 1000), text: '…' },
    } as never
  }

  #endPolls(): void {
    for (const poll of this.#polls.splice(0)) poll.end(false)
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (this.#down) return void request.socket.destroy()
    const [, token = '', method = ''] = /^\/bot([^/]+)\/(\w+)/.exec(request.url ?? '') ?? []
    const body = Buffer.concat(chunks).toString()
    const given = (body === '' ? {} : JSON.parse(body)) as Parameters_
    this.calls.push({ method, given, at: this.#now() })
    const fault = this.#faultOf(method)
    if (fault === 'drop') return void request.socket.destroy()
    const answer =
      token !== this.token
        ? { code: 401, description: 'Unauthorized' }
        : typeof fault === 'object'
          ? fault
          : await this.#answer(method, given, response)
    if (fault === 'lost') return void request.socket.destroy()
    this.#watched.changed()
    if (response.destroyed) return
    const ok = 'result' in answer
    response.writeHead(ok ? 200 : answer.code, { 'content-type': 'application/json' })
    const parameters = !ok && answer.retryAfter !== undefined ? { parameters: { retry_after: answer.retryAfter } } : {}
    response.end(
      JSON.stringify(ok ? { ok, result: answer.result } : { ok, error_code: answer.code, description: answer.description, ...parameters }),
    )
  }

  #faultOf(method: string): TelegramFault | undefined {
    const found = this.#faults.find(one => one.method === method && one.times > 0)
    if (found !== undefined) found.times--
    return found?.fault
  }

  async #answer(method: string, given: Parameters_, response: ServerResponse): Promise<Answer> {
    switch (method) {
      case 'getMe':
        return { result: this.me }
      case 'deleteWebhook':
        return { result: true }
      case 'getUpdates':
        return await this.#poll(given, response)
      case 'setMyCommands':
        return this.#menu(given)
      case 'answerCallbackQuery': {
        const id = String(given['callback_query_id'])
        if (!this.#queries.delete(id)) return bad('query is too old and response timeout expired or query ID is invalid')
        this.acknowledged.push(id)
        return { result: true }
      }
      default:
        return LINKS.includes(method) ? this.#write(method, given) : { code: 404, description: 'Not Found' }
    }
  }

  async #poll({ offset = 0, limit = 100, timeout = 0 }: Parameters_, response: ServerResponse): Promise<Answer> {
    for (const poll of this.#polls.splice(0)) poll.end(true)
    this.#updates = this.#updates.filter(({ update_id: id }) => id >= Number(offset))
    if (this.#updates.length === 0 && Number(timeout) > 0) {
      const conflict = await new Promise<boolean>(resolve => {
        const poll = { id: this.#nextPoll++, end: resolve }
        this.#polls.push(poll)
        response.on('close', () => {
          this.#polls = this.#polls.filter(one => one !== poll)
          resolve(false)
        })
        this.#watched.changed()
      })
      if (conflict)
        return {
          code: 409,
          description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
        }
    }
    return { result: this.#updates.slice(0, Number(limit)) }
  }

  /** True while the bot waits for updates. */
  get polling(): boolean {
    return this.#polls.length > 0
  }

  #menu({ commands, scope }: Parameters_): Answer {
    const menu = commands as BotCommand[]
    for (const { command, description } of menu) {
      if (!/^[a-z0-9_]{1,32}$/.test(command)) return bad('BOT_COMMAND_INVALID')
      if (description.length < 1 || description.length > 256) return bad('BOT_COMMAND_DESCRIPTION_INVALID')
    }
    if (menu.length > 100) return bad('BOT_COMMANDS_TOO_MUCH')
    const where = scope as { readonly type: string; readonly chat_id?: number } | undefined
    this.menus.set(where?.type === 'chat' ? String(where.chat_id) : (where?.type ?? 'default'), menu)
    return { result: true }
  }

  #write(method: string, given: Parameters_): Answer {
    const chat = Number(given['chat_id'])
    if (!this.chats.has(chat)) return bad('chat not found')
    const raw = String(given['text'] ?? '')
    const parsed = given['parse_mode'] === 'HTML' ? parseHtml(raw) : { text: raw }
    if ('problem' in parsed) return bad(parsed.problem)
    const { text } = parsed
    if (text.trim() === '') return bad('message text is empty')
    if (text.length > MOST) return bad('message is too long')
    const rows =
      (given['reply_markup'] as { readonly inline_keyboard?: InlineKeyboardButton.CallbackButton[][] } | undefined)?.inline_keyboard ?? []
    const buttons = rows.flat()
    if (buttons.some(({ callback_data: data }) => Buffer.byteLength(data) > 64 || data === '')) return bad('BUTTON_DATA_INVALID')
    if (method === 'editMessageText') {
      const message = this.sent.find(({ id, chat: where }) => id === Number(given['message_id']) && where === chat)
      if (message === undefined) return bad('message to edit not found')
      if (message.text === text && JSON.stringify(message.buttons) === JSON.stringify(buttons))
        return bad(
          'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
        )
      Object.assign(message, { text, buttons, edits: message.edits + 1 })
      return { result: { message_id: message.id, date: 1, chat: { id: chat } } }
    }
    const id = this.#nextMessage++
    this.sent.push({ id, chat, text, buttons, silent: given['disable_notification'] === true, edits: 0 })
    this.sentAt.set(chat, [...(this.sentAt.get(chat) ?? []), this.#now()])
    return { result: { message_id: id, from: this.me, chat: { id: chat, type: 'private' }, date: 1, text } }
  }
}
