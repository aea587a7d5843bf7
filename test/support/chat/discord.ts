/** A Discord on this machine: REST and gateway, as strict as Discord where it matters. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { APIButtonComponentWithCustomId, RESTPutAPIApplicationCommandsJSONBody } from 'discord.js'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Answer, type Body, buttonsOf, type Command, invalid, ok, problemOf, problemsOf, refused } from './discord-rules.ts'
import { Watched } from './until.ts'

/** A message of the bot, as people see it. */
export interface Posted {
  readonly id: string
  readonly channel: string
  content: string
  buttons: readonly APIButtonComponentWithCustomId[]
  readonly ephemeral: boolean
  readonly silent: boolean
  edits: number
}

/** What goes wrong with a call. `lost`: it is done, and the answer does not arrive. */
export type DiscordFault = { readonly status: number; readonly code?: number; readonly retryAfter?: number } | 'drop' | 'lost'

interface Interaction {
  readonly id: string
  readonly token: string
  readonly channel: string
  /** When it came, by the machine's clock: a test's own may run ahead. */
  at: number
  /** The message under which a button was pressed. */
  readonly under: Posted | null
  type: number | null
  original: Posted | null
}

const EPHEMERAL = 64
const SILENT = 4096
const FIRST_ID = 1_420_070_400_000n
/** The server, its guilds and people, and what it saw. */
export class DiscordServer {
  readonly token = 'test-token-of-discord-0123456789.abcdef'
  readonly application = '900000000000000001'
  readonly guild = '900000000000000002'
  readonly channel = '900000000000000003'
  readonly posted: Posted[] = []
  readonly calls: { readonly key: string; readonly body: Body; readonly at: number }[] = []
  commands: RESTPutAPIApplicationCommandsJSONBody = []
  /** Codes of what the gateway was told: IDENTIFY 2, RESUME 6. */
  readonly identified: number[] = []
  readonly choices = new Map<string, readonly { readonly value: string }[]>()
  readonly #server = createServer((request, response) => void this.#handle(request, response))
  readonly #gateway = new WebSocketServer({ noServer: true })
  readonly #interactions = new Map<string, Interaction>()
  readonly #watched = new Watched()
  readonly #missed: { readonly t: string; readonly d: unknown; readonly s: number }[] = []
  readonly #privates = new Map<string, string>()
  #faults: { readonly route: RegExp; readonly fault: DiscordFault; times: number }[] = []
  #socket: WebSocket | null = null
  #sequence = 0
  #sessions = 0
  #ids = 0n
  #port = 0
  #down = false
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.#down) socket.destroy()
      else this.#gateway.handleUpgrade(request, socket, head, connected => this.#connect(connected))
    })
  }

  /** Listens; where the API is. */
  async listen(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return this.url
  }

  /** Where the API is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/api`
  }

  async close(): Promise<void> {
    for (const client of this.#gateway.clients) client.terminate()
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** From now on nobody is answered. */
  down(): void {
    this.#down = true
    this.cut()
    this.#server.closeAllConnections()
  }

  /** Answers again. */
  up(): void {
    this.#down = false
  }

  /** Cuts the gateway's connection. */
  cut(): void {
    for (const client of this.#gateway.clients) client.terminate()
  }

  /** Tells the client to connect again (7), or that its session is gone (9). */
  order(op: 7 | 9): void {
    if (op === 9) this.#sessions++
    this.#send(op, op === 9 ? false : null)
  }

  /** The next calls of a route ("POST /channels/1/messages") go wrong. */
  fail(route: RegExp, fault: DiscordFault, times = 1): void {
    this.#faults.push({ route, fault, times })
  }

  /** See Watched. */
  until<Found>(look: () => Found | undefined | null | false): Promise<Found> {
    return this.#watched.until(look, () =>
      JSON.stringify({ posted: this.posted.slice(-5), calls: this.calls.slice(-8).map(({ key }) => key) }),
    )
  }

  /** An id of now: its upper bits are the time. */
  newId(at = this.#now()): string {
    return String(((BigInt(at) - FIRST_ID) << 22n) + ++this.#ids)
  }

  /** A person; `guild` null: in private. */
  person({ id, guild = this.guild, bot = false }: { readonly id: string; readonly guild?: string | null; readonly bot?: boolean }) {
    const user = { id, username: 'ann', discriminator: '0', global_name: 'Ann', avatar: null, ...(bot ? { bot } : {}) }
    const place =
      guild === null
        ? { user, context: 1, channel_id: `dm ${id}` }
        : { guild_id: guild, member: memberOf(user), context: 0, channel_id: this.channel }
    const begin = (type: number, data: unknown, more: object = {}, at = this.#now(), under: Posted | null = null): string => {
      const interaction: Interaction = {
        id: this.newId(at),
        token: `token ${++this.#ids}`,
        channel: place.channel_id,
        at: performance.now(),
        under,
        type: null,
        original: null,
      }
      this.#interactions.set(interaction.id, interaction)
      this.dispatch('INTERACTION_CREATE', {
        ...fieldsOf(interaction, this.application),
        type,
        data,
        ...place,
        channel: { id: place.channel_id, type: guild === null ? 1 : 0 },
        ...more,
      })
      return interaction.id
    }
    return {
      slash: (name: string, options: Readonly<Record<string, string | number>> = {}, at?: number): string =>
        begin(
          2,
          {
            id: '1',
            name,
            type: 1,
            options: Object.entries(options).map(([key, value]) => ({ name: key, type: typeof value === 'number' ? 4 : 3, value })),
          },
          {},
          at,
        ),
      press: (message: Posted, label: string): string => {
        const button = message.buttons.find(one => one.label === label)
        if (button === undefined) throw new Error(`there is no button ${label}: ${message.buttons.map(one => one.label).join(', ')}`)
        return begin(3, { custom_id: button.custom_id, component_type: 2 }, { message: { id: message.id } }, this.#now(), message)
      },
      autocomplete: (name: string, option: string, typed: string): string =>
        begin(4, { id: '1', name, type: 1, options: [{ name: option, type: 3, value: typed, focused: true }] }),
    }
  }

  /** Sends an interaction once more, as it was. */
  redeliver(id: string): void {
    const before = this.#missed.find(({ d }) => (d as { readonly id?: string }).id === id)
    this.dispatch('INTERACTION_CREATE', before!.d)
  }

  /** Sends an event over the gateway; a client that is away gets it when it resumes. */
  dispatch(t: string, d: unknown): void {
    const event = { t, d, s: ++this.#sequence }
    this.#missed.push(event)
    this.#send(0, d, event)
  }

  /** As if it had come too long ago to be answered. */
  expire(id: string): void {
    this.#interactions.get(id)!.at = Number.NEGATIVE_INFINITY
  }

  /** What an interaction was answered. */
  answerTo(id: string): Posted | null {
    const found = this.#interactions.get(id)
    return found?.original ?? null
  }

  /** True once the gateway has a client that is ready. */
  get connected(): boolean {
    return this.#socket !== null && this.#socket.readyState === this.#socket.OPEN
  }

  #send(op: number, d: unknown, event: { readonly t: string; readonly s: number } | null = null): void {
    this.#socket?.send(JSON.stringify({ op, d, s: event?.s ?? null, t: event?.t ?? null }))
  }

  #connect(socket: WebSocket): void {
    const send = (op: number, d: unknown, t: string | null = null, s: number | null = null): void =>
      socket.send(JSON.stringify({ op, d, s, t }))
    send(10, { heartbeat_interval: 30_000 })
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
      this.#watched.changed()
    })
    socket.on('message', data => {
      const { op, d } = JSON.parse(String(data)) as {
        readonly op: number
        readonly d: { readonly token: string; readonly session_id: string; readonly seq: number }
      }
      if (op === 1) return send(11, null)
      if (op !== 2 && op !== 6) return
      this.identified.push(op)
      if (d.token !== this.token) return socket.close(4004, 'Authentication failed.')
      if (op === 6) {
        if (d.session_id !== `session ${this.#sessions}`) return send(9, false)
        for (const event of this.#missed.filter(({ s }) => s > d.seq)) send(0, event.d, event.t, event.s)
        send(0, {}, 'RESUMED', ++this.#sequence)
      } else {
        const url = `ws://127.0.0.1:${this.#port}/gateway`
        const session = `session ${++this.#sessions}`
        const user = { id: this.application, username: 'root', discriminator: '0000', global_name: null, avatar: null, bot: true }
        send(
          0,
          {
            v: 10,
            user,
            guilds: [{ id: this.guild, unavailable: true }],
            session_id: session,
            resume_gateway_url: url,
            application: { id: this.application, flags: 0 },
            shard: [0, 1],
          },
          'READY',
          ++this.#sequence,
        )
        const channels = [{ id: this.channel, type: 0, name: 'general', position: 0, permission_overwrites: [] }]
        send(0, { id: this.guild, name: 'Guild', unavailable: false, channels, roles: [] }, 'GUILD_CREATE', ++this.#sequence)
      }
      this.#socket = socket
      this.#watched.changed()
    })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (this.#down) return void request.socket.destroy()
    const text = Buffer.concat(chunks).toString()
    const body = (text === '' ? {} : JSON.parse(text)) as Body
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname).replace(/^\/api\/v10/, '')
    const key = `${request.method} ${path}`
    this.calls.push({ key, body, at: this.#now() })
    const found = this.#faults.find(({ route, times }) => times > 0 && route.test(key))
    if (found !== undefined) found.times--
    const fault = found?.fault
    if (fault === 'drop') return void request.socket.destroy()
    const answer =
      typeof fault === 'object'
        ? faulty(fault)
        : /^\/(?:interactions|webhooks)\//.test(path) || request.headers.authorization === `Bot ${this.token}`
          ? this.#answer(key, body)
          : refused(401, 0, '401: Unauthorized')
    if (fault === 'lost') return void request.socket.destroy()
    this.#watched.changed()
    const type = answer.body === undefined ? {} : { 'content-type': 'application/json' }
    response.writeHead(answer.status, { ...type, ...answer.headers })
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  }

  #answer(key: string, body: Body): Answer {
    if (key === 'GET /gateway/bot')
      return ok({
        url: `ws://127.0.0.1:${this.#port}/gateway`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
      })
    if (key === `PUT /applications/${this.application}/commands`)
      return this.#register(body as unknown as RESTPutAPIApplicationCommandsJSONBody)
    if (key === 'POST /users/@me/channels') return ok({ id: this.#privateOf(String(body['recipient_id'])), type: 1 })
    const callback = /^POST \/interactions\/(\d+)\/([^/]+)\/callback$/.exec(key)
    if (callback !== null) return this.#callback(callback[1]!, callback[2]!, body)
    const original = /^PATCH \/webhooks\/\d+\/([^/]+)\/messages\/@original$/.exec(key)
    if (original !== null) return this.#original(original[1]!, body)
    const more = /^POST \/webhooks\/\d+\/([^/]+)$/.exec(key)
    if (more !== null) return this.#post(this.#byToken(more[1]!)?.channel ?? '', body)
    const channel = /^POST \/channels\/([^/]+)\/messages$/.exec(key)
    return channel === null ? refused(404, 0, '404: Not Found') : this.#post(channel[1]!, body)
  }

  #byToken(token: string): Interaction | undefined {
    return [...this.#interactions.values()].find(one => one.token === token)
  }

  #privateOf(user: string): string {
    const known = this.#privates.get(user) ?? `dm ${user}`
    this.#privates.set(user, known)
    return known
  }

  #register(commands: RESTPutAPIApplicationCommandsJSONBody): Answer {
    const problem = commands.flatMap(command => problemsOf(command as unknown as Command))[0]
    if (problem !== undefined) return invalid(problem)
    if (commands.length > 100) return invalid('more than 100 commands')
    this.commands = commands
    return ok(commands)
  }

  #callback(id: string, token: string, body: Body): Answer {
    const interaction = this.#interactions.get(id)
    if (interaction === undefined || interaction.token !== token || performance.now() - interaction.at > 3_000)
      return refused(404, 10_062, 'Unknown interaction')
    if (interaction.type !== null) return refused(400, 40_060, 'Interaction has already been acknowledged.')
    interaction.type = Number(body['type'])
    const data = (body['data'] ?? {}) as Body
    if (interaction.type === 8) this.choices.set(id, data['choices'] as { readonly value: string }[])
    if (interaction.type === 5) interaction.original = this.#newPost(interaction.channel, { content: '' }, Number(data['flags'] ?? 0))
    if (interaction.type === 6) interaction.original = interaction.under
    return ok()
  }

  #original(token: string, body: Body): Answer {
    const interaction = this.#byToken(token)
    if (interaction === undefined || interaction.original === null) return refused(404, 10_015, 'Unknown Webhook')
    const problem = problemOf(body)
    if (problem !== null) return problem
    const { original } = interaction
    Object.assign(original, { content: String(body['content']), buttons: buttonsOf(body), edits: original.edits + 1 })
    return ok({ id: original.id })
  }

  #post(channel: string, body: Body): Answer {
    if (channel !== this.channel && ![...this.#privates.values()].includes(channel) && !channel.startsWith('dm '))
      return refused(404, 10_003, 'Unknown Channel')
    const problem = problemOf(body)
    if (problem !== null) return problem
    return ok({ id: this.#newPost(channel, body, Number(body['flags'] ?? 0)).id })
  }

  #newPost(channel: string, body: Body, flags: number): Posted {
    const post: Posted = {
      id: this.newId(),
      channel,
      content: String(body['content'] ?? ''),
      buttons: buttonsOf(body),
      ephemeral: (flags & EPHEMERAL) > 0,
      silent: (flags & SILENT) > 0,
      edits: 0,
    }
    this.posted.push(post)
    return post
  }
}

const memberOf = (user: object) => ({
  user,
  nick: null,
  roles: [],
  joined_at: '2024-01-01T00:00:00.000Z',
  deaf: false,
  mute: false,
  flags: 0,
  permissions: '2147483647',
  avatar: null,
})

const fieldsOf = ({ id, token }: Interaction, application: string) => ({
  id,
  application_id: application,
  token,
  version: 1,
  locale: 'en-US',
  guild_locale: 'en-US',
  app_permissions: '2147483647',
  entitlements: [],
  authorizing_integration_owners: {},
  attachment_size_limit: 10_485_760,
})

function faulty({ status, code = 0, retryAfter }: Extract<DiscordFault, object>): Answer {
  if (retryAfter === undefined) return refused(status, code, 'as the test wants it')
  // a limit shared with others: with one of its own the library would wait by the machine's clock, and a test's runs ahead
  const headers = { 'retry-after': String(retryAfter), 'x-ratelimit-scope': 'shared' }
  return { status: 429, body: { message: 'You are being rate limited.', retry_after: retryAfter, global: false }, headers }
}
