/** Discord: slash commands and buttons come over the gateway, everything else goes by REST. */
import {
  type APIChannel,
  type APIInteraction,
  type APIInteractionResponse,
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  REST,
  Routes,
} from 'discord.js'
import type { Clock } from '#ports/clock.ts'
import type { Delivery, Hands, Incoming, Messenger, Target } from '#ports/messenger.ts'
import { deliveryOf, reasonOf } from './deliveries.ts'
import { readInteraction } from './interactions.ts'
import { slashCommands } from './menu.ts'
import { privateChat } from './private-chat.ts'
import { contentsOf, escaped, MOST, rowsOf } from './render.ts'

/** How Discord is reached. */
export interface DiscordOptions {
  readonly token: string
  readonly apiUrl: string
  readonly clock: Clock
}

const CALL_MS = 15_000
const SILENT_MS = 60_000
const AGAIN_MS = 5_000
const BAD_TOKEN_CODES = new Set(['TokenInvalid', 4004])

/** Opens Discord. Nothing is sent before `start`. */
export const openDiscord = (options: DiscordOptions): Messenger => new Discord(options)

/** How an interaction is answered. */
interface Opened {
  readonly token: string
  /** Settles once Discord knows that an answer comes; false: it does not want one. */
  readonly deferred: Promise<boolean>
}

type Body = { readonly content: string; readonly components: ReturnType<typeof rowsOf>; readonly allowed_mentions: { readonly parse: [] } }

class Discord implements Messenger {
  readonly platform = 'discord'
  readonly most = MOST
  readonly #options: DiscordOptions
  // not the client's: what is left to send goes out after the client has ended
  readonly #rest: REST
  // answers to interactions need no token and do not count towards Discord's limit over all calls
  readonly #answers: REST
  readonly #stopping = new AbortController()
  readonly #opened = new Map<string, Opened>()
  readonly #privates = new Map<string, string>()
  #hands: Hands | null = null
  #client: Client | null = null
  #application = ''
  #running: Promise<void> = Promise.resolve()
  // while it is not connected
  #away: AbortController | null = null
  #told = false

  constructor(options: DiscordOptions) {
    this.#options = options
    const rest = { ...this.#restOptions(), rejectOnRateLimit: () => true }
    this.#rest = new REST(rest).setToken(options.token)
    this.#answers = new REST({ ...rest, globalRequestsPerSecond: Number.POSITIVE_INFINITY })
  }

  start(hands: Hands): void {
    this.#hands = hands
    this.#running = this.#listen(hands)
  }

  async answer(to: Incoming, reply: Parameters<Messenger['answer']>[1]): Promise<Delivery> {
    const contents = contentsOf(reply)
    const bodies = contents.map(
      (content, at): Body => ({
        content,
        components: at === contents.length - 1 ? rowsOf(reply) : [],
        allowed_mentions: { parse: [] },
      }),
    )
    const opened = this.#opened.get(to.update)
    await opened?.deferred
    const delivery =
      opened === undefined
        ? ({ kind: 'gone', reason: 'the interaction is of an earlier run' } as const)
        : await this.#respond(opened, bodies)
    if (delivery.kind !== 'later') this.#opened.delete(to.update)
    // the interaction is lost, what was done is not: the person hears of it in private
    return delivery.kind === 'gone' ? await this.#send(privateChat(to.user), bodies) : delivery
  }

  push({ chat }: Target, text: string, silent: boolean): Promise<Delivery> {
    const flags = silent ? { flags: MessageFlags.SuppressNotifications } : {}
    return this.#send(chat, [{ content: escaped(text), components: [], allowed_mentions: { parse: [] }, ...flags }])
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#client?.destroy()
    await this.#running
    await Promise.all([...this.#opened.values()].map(({ deferred }) => deferred))
  }

  #restOptions() {
    return { api: this.#options.apiUrl.replace(/\/$/, ''), version: '10', timeout: CALL_MS, retries: 0 }
  }

  async #respond({ token }: Opened, [first, ...more]: readonly Body[]): Promise<Delivery> {
    try {
      await this.#answers.patch(Routes.webhookMessage(this.#application, token), { body: first, auth: false })
      for (const body of more) await this.#answers.post(Routes.webhook(this.#application, token), { body, auth: false })
      return { kind: 'sent' }
    } catch (error) {
      return deliveryOf(error)
    }
  }

  async #send(chat: string, bodies: readonly Body[]): Promise<Delivery> {
    try {
      const channel = await this.#channelOf(chat)
      for (const body of bodies) await this.#rest.post(Routes.channelMessages(channel), { body })
      return { kind: 'sent' }
    } catch (error) {
      return deliveryOf(error)
    }
  }

  async #channelOf(chat: string): Promise<string> {
    const user = chat.startsWith(privateChat('')) ? chat.slice(privateChat('').length) : null
    if (user === null) return chat
    const known = this.#privates.get(user)
    if (known !== undefined) return known
    const { id } = (await this.#rest.post(Routes.userChannels(), { body: { recipient_id: user } })) as APIChannel
    this.#privates.set(user, id)
    return id
  }

  async #listen(hands: Hands): Promise<void> {
    const { clock, token } = this.#options
    while (!this.#stopping.signal.aborted) {
      const ended = Promise.withResolvers<unknown>()
      const client = this.#newClient(hands, ended.resolve)
      this.#client = client
      const stopped = (): void => ended.resolve(null)
      this.#stopping.signal.addEventListener('abort', stopped)
      const reason = await client.login(token).then(
        () => ended.promise,
        (error: unknown) => error,
      )
      this.#stopping.signal.removeEventListener('abort', stopped)
      await client.destroy()
      if (this.#stopping.signal.aborted) return
      if (BAD_TOKEN_CODES.has((reason as { code?: string | number } | null)?.code ?? '')) {
        hands.trouble('Discord does not accept the token: nobody is answered there. Mend DISCORD_TOKEN and start again.')
        return
      }
      hands.note(`Discord: connecting anew: ${reasonOf(reason)}`)
      await clock.wait(AGAIN_MS, this.#stopping.signal)
    }
  }

  #newClient(hands: Hands, ended: (reason: unknown) => void): Client {
    const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: this.#restOptions(), allowedMentions: { parse: [] } })
    const lost = (): void => void this.#lost()
    client.on(Events.ClientReady, ({ application }) => {
      this.#application = application.id
      this.#back()
      void this.#register(application.id, hands)
    })
    client.on(Events.ShardResume, () => this.#back())
    client.on(Events.ShardReconnecting, lost)
    client.on(Events.ShardDisconnect, ({ code }) => ended({ code }))
    client.on(Events.Invalidated, () => ended(null))
    client.on(Events.Error, error => hands.note(`Discord: ${reasonOf(error)}`))
    client.on(Events.ShardError, error => hands.note(`Discord: ${reasonOf(error)}`))
    client.ws.on(GatewayDispatchEvents.InteractionCreate, (interaction: APIInteraction) => void this.#take(interaction, hands))
    lost()
    return client
  }

  // Away for a while is nothing; for a minute it is told.
  async #lost(): Promise<void> {
    if (this.#away !== null) return
    const back = new AbortController()
    this.#away = back
    await this.#options.clock.wait(SILENT_MS, AbortSignal.any([back.signal, this.#stopping.signal]))
    if (back.signal.aborted || this.#stopping.signal.aborted) return
    this.#told = true
    this.#hands?.trouble('Discord has not been reachable for a minute; it is tried again and again.')
  }

  #back(): void {
    this.#away?.abort()
    this.#away = null
    if (this.#told) this.#hands?.trouble('Discord answers again.')
    this.#told = false
  }

  async #register(application: string, hands: Hands): Promise<void> {
    await this.#rest
      .put(Routes.applicationCommands(application), { body: slashCommands(hands.commands) })
      .catch((error: unknown) => hands.note(`Discord: the menu could not be set: ${reasonOf(error)}`))
  }

  async #take(interaction: APIInteraction, hands: Hands): Promise<void> {
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) return await this.#suggest(interaction, hands)
    const read = readInteraction(interaction, this.#application || interaction.application_id)
    if (read === null) return
    const { message, rewrite } = read
    if (this.#opened.has(message.update)) return
    // others in a guild do not see what somebody asks
    const type = rewrite ? InteractionResponseType.DeferredMessageUpdate : InteractionResponseType.DeferredChannelMessageWithSource
    const flags = message.place === null || rewrite ? {} : { data: { flags: MessageFlags.Ephemeral } }
    // an interaction that is gone does not undo the wish
    const deferred = this.#respondTo(interaction, { type, ...flags } as APIInteractionResponse).then(
      () => true,
      (error: unknown) => {
        hands.note(`Discord: an interaction could not be deferred: ${reasonOf(error)}`)
        return false
      },
    )
    this.#opened.set(message.update, { token: interaction.token, deferred })
    const taken = await hands.receive(message).catch((error: unknown) => {
      hands.note(`Discord: a message could not be written down: ${error instanceof Error ? error.message : 'no reason'}`)
      return null
    })
    if (taken === 'taken') return
    this.#opened.delete(message.update)
    // its answer is there, or comes
    if (taken === 'known') return
    if (!(await deferred) || rewrite) return
    const content = taken === null ? 'That could not be taken just now: nothing was done. Try again in a moment.' : 'Not answered.'
    await this.#respond({ token: interaction.token, deferred }, [{ content, components: [], allowed_mentions: { parse: [] } }])
  }

  async #suggest(
    interaction: Extract<APIInteraction, { type: InteractionType.ApplicationCommandAutocomplete }>,
    hands: Hands,
  ): Promise<void> {
    const user = interaction.member?.user ?? interaction.user
    const option = interaction.data.options.find(one => 'focused' in one && one.focused === true)
    if (user === undefined || option === undefined || !('value' in option)) return
    const kind = hands.commands.find(({ name }) => name === interaction.data.name)?.arguments.find(({ name }) => name === option.name)?.kind
    const found = kind === undefined ? [] : await hands.suggest(user.id, interaction.guild_id ?? null, kind, String(option.value))
    const choices = found.map(value => ({ name: value.slice(0, 100), value: value.slice(0, 100) }))
    await this.#respondTo(interaction, { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } }).catch(
      (error: unknown) => hands.note(`Discord: nothing could be suggested: ${reasonOf(error)}`),
    )
  }

  async #respondTo({ id, token }: Pick<APIInteraction, 'id' | 'token'>, body: APIInteractionResponse): Promise<void> {
    await this.#answers.post(Routes.interactionCallback(id, token), { body, auth: false })
  }
}
