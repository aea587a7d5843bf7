/** Telegram by long polling: takes messages, answers them, pushes news. */
import { type Api, Bot } from 'grammy'
import type { Update } from 'grammy/types'
import type { Clock } from '#ports/clock.ts'
import type { Delivery, Hands, Incoming, Messenger } from '#ports/messenger.ts'
import { cannotRewrite, codeOf, deliveryOf, isUnchanged, reasonOf } from './deliveries.ts'
import { registerMenus } from './menu.ts'
import { htmlOf, keyboardOf, MOST } from './render.ts'
import { ALLOWED_UPDATES, type Me, type Press, readUpdate } from './updates.ts'

/** How Telegram is reached. */
export interface TelegramOptions {
  readonly token: string
  readonly apiUrl: string
  /** Groups that are answered: they get a menu of their own. */
  readonly groups: readonly string[]
  readonly clock: Clock
}

const POLL_S = 30
const CALL_MS = 15_000
const FRESH_MS = 60_000
// a poll that lasted waited for what it brought
const WAITED_MS = 1_000
const CONFLICT_MS = 30_000
const AGAIN_MS = 5_000
const WRITE_AGAIN_MS = 1_000
const SILENT_MS = 60_000
const STOP_MS = 3_000

/** Opens Telegram. Nothing is sent before `start`. */
export const openTelegram = (options: TelegramOptions): Messenger => new Telegram(options)

// grammY types the signal of a package of its own; it takes Node's as well
const soon = () => AbortSignal.timeout(CALL_MS) as unknown as Parameters<Api['getMe']>[0]

class Telegram implements Messenger {
  readonly platform = 'telegram'
  readonly most = MOST
  readonly #options: TelegramOptions
  readonly #stopping = new AbortController()
  #hands: Hands | null = null
  #bot: Bot
  #listening: Promise<void> = Promise.resolve()
  // presses that ask for the same once more: which message shows it
  readonly #rewrites = new Map<string, number>()
  #polledAt = 0
  #pollBegan = 0
  #fresh = false
  #failingSince = 0
  #told = false

  constructor(options: TelegramOptions) {
    this.#options = options
    this.#bot = this.#newBot()
  }

  start(hands: Hands): void {
    this.#hands = hands
    this.#listening = this.#listen(hands)
  }

  async answer(to: Incoming, reply: Parameters<Messenger['answer']>[1]): Promise<Delivery> {
    const messages = htmlOf(reply)
    const keyboard = { inline_keyboard: keyboardOf(reply) }
    const rewrite = this.#rewrites.get(to.update)
    this.#rewrites.delete(to.update)
    const { api } = this.#bot
    try {
      if (rewrite !== undefined && messages.length === 1 && (await this.#rewrite(to.chat, rewrite, messages[0]!, keyboard)))
        return { kind: 'sent' }
      for (const [at, html] of messages.entries()) {
        const last = at === messages.length - 1
        const options = {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          ...(last ? { reply_markup: keyboard } : {}),
        } as const
        await api.sendMessage(to.chat, html, options, soon())
      }
      return { kind: 'sent' }
    } catch (error) {
      if (rewrite !== undefined) this.#rewrites.set(to.update, rewrite)
      return deliveryOf(error)
    }
  }

  async push({ chat }: Parameters<Messenger['push']>[0], text: string, silent: boolean): Promise<Delivery> {
    const options = { disable_notification: silent, link_preview_options: { is_disabled: true } }
    try {
      await this.#bot.api.sendMessage(chat, text, options, soon())
      return { kind: 'sent' }
    } catch (error) {
      return deliveryOf(error)
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    // tells the server up to where updates were taken; what it does not hear comes again and is known
    const ended = Promise.allSettled([this.#bot.isRunning() ? this.#bot.stop() : null, this.#listening])
    const timer = new AbortController()
    await Promise.race([ended, this.#options.clock.wait(STOP_MS, timer.signal)])
    timer.abort()
  }

  #newBot(): Bot {
    const { token, apiUrl } = this.#options
    const bot = new Bot(token, { client: { apiRoot: apiUrl.replace(/\/$/, ''), timeoutSeconds: POLL_S + 15 } })
    bot.use(context => this.#take(context.update, bot.botInfo))
    // an update that could not be taken must not be confirmed: the polling ends, and begins again with it
    bot.catch(({ error }) => {
      throw error
    })
    bot.api.config.use(async (call, method, payload, signal) => {
      if (method !== 'getUpdates') return await call(method, payload, signal)
      this.#pollBegan = this.#options.clock.now()
      const answer = await call(method, payload, signal).catch((error: unknown) => {
        this.#pollFailed()
        throw error
      })
      if (answer.ok) this.#polled()
      else this.#pollFailed()
      return answer
    })
    return bot
  }

  async #listen(hands: Hands): Promise<void> {
    const { clock, groups } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#bot.start({
          allowed_updates: [...ALLOWED_UPDATES],
          timeout: POLL_S,
          onStart: () => void registerMenus(this.#bot.api, hands, groups),
        })
        if (this.#stopping.signal.aborted) return
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        const code = codeOf(error)
        if (code === 401 || code === 404) {
          hands.trouble('Telegram does not accept the token: nobody is answered there. Mend TELEGRAM_TOKEN and start again.')
          return
        }
        if (code === 409)
          this.#tell(
            'Telegram is polled with this token by another program too. Stop it; if there is none, the token is stolen: make a new one with @BotFather.',
          )
        else hands.note(`Telegram: polling begins again: ${reasonOf(error)}`)
        await clock.wait(code === 409 ? CONFLICT_MS : AGAIN_MS, this.#stopping.signal)
      }
      this.#bot = this.#newBot()
    }
  }

  #tell(text: string): void {
    if (!this.#told) this.#hands?.trouble(text)
    this.#told = true
  }

  #polled(): void {
    const now = this.#options.clock.now()
    this.#fresh = now - this.#pollBegan >= WAITED_MS || now - this.#polledAt <= FRESH_MS
    this.#polledAt = now
    this.#failingSince = 0
    if (this.#told) this.#hands?.trouble('Telegram answers again.')
    this.#told = false
  }

  #pollFailed(): void {
    const now = this.#options.clock.now()
    if (this.#failingSince === 0) this.#failingSince = now
    if (now - this.#failingSince >= SILENT_MS) this.#tell('Telegram has not been reachable for a minute; it is tried again and again.')
  }

  // Returns only when the message is written down: then the update may be confirmed.
  async #take(update: Update, me: Me): Promise<void> {
    const { clock } = this.#options
    const taken = readUpdate(update, me, clock.now())
    if (taken === null) return
    const { message, press } = taken
    if (press !== null && !this.#acknowledged(press, message)) return
    for (;;) {
      try {
        await this.#hands!.receive(message)
        return
      } catch (error) {
        this.#hands!.note(
          `Telegram: a message could not be written down and is tried again: ${error instanceof Error ? error.message : 'no reason'}`,
        )
        await clock.wait(WRITE_AGAIN_MS, this.#stopping.signal)
        if (this.#stopping.signal.aborted) throw error
      }
    }
  }

  // Telegram does not tell when a button was pressed. What comes with the first look after a while away may be old, and does nothing.
  #acknowledged({ query, rewrite }: Press, { update }: Incoming): boolean {
    const known = this.#fresh ? {} : { text: 'The program was away: press again if you still want that.' }
    void this.#bot.api
      .answerCallbackQuery(query, known, soon())
      .catch((error: unknown) => this.#hands!.note(`Telegram: a press could not be acknowledged: ${reasonOf(error)}`))
    if (this.#fresh && rewrite !== null) this.#rewrites.set(update, rewrite)
    return this.#fresh
  }

  // False where there is no message to rewrite any more.
  async #rewrite(
    chat: string,
    message: number,
    html: string,
    keyboard: { inline_keyboard: ReturnType<typeof keyboardOf> },
  ): Promise<boolean> {
    const options = { parse_mode: 'HTML', link_preview_options: { is_disabled: true }, reply_markup: keyboard } as const
    try {
      await this.#bot.api.editMessageText(chat, message, html, options, soon())
      return true
    } catch (error) {
      if (isUnchanged(error)) return true
      if (cannotRewrite(error)) return false
      throw error
    }
  }
}
