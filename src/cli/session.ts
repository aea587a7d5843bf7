/** A demo in this process: the database, the service, and what a person at the terminal sees of it. */
import { tellLine } from '#adapters/terminal/tell.ts'
import { jsonLine } from '#adapters/terminal/json.ts'
import { paintFor } from '#adapters/terminal/paint.ts'
import { render } from '#adapters/terminal/render.ts'
import { openPostgresMailbox } from '#adapters/postgres/mailbox.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { type Chat, openChat } from '#chat/chat.ts'
import { dispatch } from '#chat/dispatch.ts'
import { type AnyCommand, isCommand, type Person } from '#command'
import { redact } from '#domain/secrets.ts'
import { type Publisher, published } from '#live/publisher.ts'
import type { Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import { DEMO_ACCOUNT, programVersion, type Service, startDemo } from '../compose.ts'
import { platformsOf } from '../compose/chat.ts'
import { publisherOf, wireOf } from '../compose/wire.ts'
import { type Config, secretsOf } from '../config.ts'
import { loadFolder } from '../load-folder.ts'
import { openStorage, type Storage } from './storage.ts'

// The last news should go out; a platform that is away must not keep the program.
const CHAT_STOP_MS = 5_000

/** The candles that the demo replays. */
const REPLAYED = '4h'

/** What the terminal's own person may: everything, since it is whoever started the program. */
const TERMINAL: Person = { name: 'terminal', role: 'admin' }

/** A running demo with its surroundings. */
export interface Session {
  readonly storage: Storage
  readonly store: Store
  readonly service: Service
  readonly commands: ReadonlyMap<string, AnyCommand>
  /** On which platforms it answers; none without a token. */
  readonly platforms: readonly string[]
  /** Answers a line that a person typed, as text to be printed. */
  answer(line: string): Promise<string>
  close(): Promise<void>
}

/** How a session is opened. */
export interface SessionSetup {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly speed: number
  tell(told: readonly Told[]): void
  /** Takes what should not have happened. */
  report(error: unknown): void
  /** Takes a line about the chats for the log. */
  note(level: 'info' | 'warn', text: string): void
  /** Hears what the embedded database says. */
  onLine?(line: string): void
}

/** All commands of the commands folder, by name. */
const loadCommands = (): Promise<Map<string, AnyCommand>> =>
  loadFolder(new URL('../../commands/', import.meta.url), isCommand, 'a command, made by defineCommand')

/** Opens the database and starts the demo on it, or goes on with it. */
export async function openSession({ config, env, speed, tell, report, note, onLine }: SessionSetup): Promise<Session> {
  const storage = await openStorage(config, onLine)
  const wire = await wireOf({ config, clock: systemClock, note })
  let publisher: Publisher | null = null
  try {
    const store = published(openPostgresStore({ database: storage.database, account: DEMO_ACCOUNT, demo: true }), round =>
      publisher?.committed(round),
    )
    const platforms = await platformsOf(config, systemClock)
    const news = platforms.messengers.length > 0
    let chat: Chat | null = null
    const tellAll = (told: readonly Told[]): void => {
      tell(told)
      chat?.ring()
    }
    const [service, commands] = await Promise.all([startDemo({ config, env, store, speed, tell: tellAll, news }), loadCommands()])
    if (wire !== null) publisher = await publisherOf({ wire, desk: service.desk, config, base: REPLAYED, clock: systemClock, report })
    if (news)
      chat = await openChat({
        ...platforms,
        mailbox: openPostgresMailbox(storage.database, DEMO_ACCOUNT),
        commands,
        desk: service.desk,
        clock: systemClock,
        hide: text => redact(text, secretsOf(config)),
        post: service.post,
        log: { info: text => note('info', text), warn: text => note('warn', text), error: report },
      })
    if (news) {
      await service.post('start', `started · RootTrading ${programVersion}\nDemo on ${service.symbols.join(', ')}: no real money.`)
      chat?.ring()
    }
    const paint = paintFor(process.stdout, env)
    return {
      storage,
      store,
      service,
      commands,
      platforms: platforms.messengers.map(({ platform }) => platform),
      async answer(line) {
        return render(await dispatch({ text: line, person: TERMINAL, commands, desk: service.desk, report }), paint)
      },
      async close() {
        if (chat !== null) await service.post('stop', 'stopped\nWhat rests on the exchange stays there.').catch(report)
        await chat?.stop(CHAT_STOP_MS)
        await publisher?.close()
        await store.close()
        await storage.close()
      },
    }
  } catch (error) {
    await (publisher ?? wire)?.close()
    await storage.close()
    throw error
  }
}

/** What a round changed as readable lines. */
export const linesOf = (told: readonly Told[], env: Readonly<Record<string, string | undefined>>): string[] => {
  const paint = paintFor(process.stdout, env)
  return told.map(one => tellLine(one, paint))
}

/** What a round changed as JSON lines. */
export const jsonLinesOf = (told: readonly Told[]): string[] => told.map(jsonLine)
