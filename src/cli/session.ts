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
import type { Thrown } from '#domain/fault.ts'
import { redact } from '#domain/secrets.ts'
import { type Publisher, published } from '#live/publisher.ts'
import type { Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import { programVersion, type Service, startService } from '../compose.ts'
import { platformsOf } from '../compose/chat.ts'
import { openVenue, type VenueChoice } from '../compose/open-venue.ts'
import type { Venue } from '../compose/venue.ts'
import { publisherOf, wireOf } from '../compose/wire.ts'
import { type Config, secretsOf } from '../config.ts'
import { loadFolder } from '../load-folder.ts'
import { People } from './people.ts'
import { openStorage, type Storage } from './storage.ts'

// The last news should go out; a platform that is away must not keep the program.
const CHAT_STOP_MS = 5_000

/** What the terminal's own person may: everything, since it is whoever started the program. */
const TERMINAL: Person = { name: 'terminal', role: 'admin' }

/** A running demo with its surroundings. */
export interface Session {
  readonly storage: Storage
  readonly store: Store
  readonly service: Service
  readonly venue: Venue
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
  /** Ends a start that waits for Binance; not given: nothing does. */
  readonly signal?: AbortSignal
  /** Where it trades. */
  readonly venue: Pick<VenueChoice, 'purpose' | 'exchange' | 'speed'>
  tell(told: readonly Told[]): void
  /** Takes what a strategy threw. */
  threw?(thrown: Thrown): void
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

/** Opens venue and database and starts the service on them, or goes on with it. Throws ConfigError or Fault with what is wrong. */
export async function openSession(setup: SessionSetup): Promise<Session> {
  const { config, note, signal = new AbortController().signal } = setup
  const start = { signal, over: false }
  const people = new People()
  const venue = await openVenue(config, {
    ...setup.venue,
    clock: systemClock,
    start,
    note: text => note('info', text),
    trouble(text) {
      note('warn', text)
      people.trouble(text)
    },
  })
  try {
    const session = await sessionAt(venue, setup, people)
    start.over = true
    return session
  } catch (error) {
    await venue.close()
    throw error
  }
}

async function sessionAt(venue: Venue, { config, env, tell, threw, report, note, onLine }: SessionSetup, people: People): Promise<Session> {
  const { account, base } = venue
  const storage = await openStorage(config, onLine)
  const wire = await wireOf({ config, clock: systemClock, note })
  let publisher: Publisher | null = null
  let chat: Chat | null = null
  try {
    const store = published(openPostgresStore({ database: storage.database, account, demo: venue.trading === 'demo' }), round =>
      publisher?.committed(round),
    )
    const platforms = await platformsOf(config, systemClock)
    const news = platforms.messengers.length > 0
    const tellAll = (told: readonly Told[]): void => {
      tell(told)
      chat?.ring()
    }
    const [service, commands] = await Promise.all([
      startService({ config, env, store, venue, tell: tellAll, news, ...(threw === undefined ? {} : { threw }) }),
      loadCommands(),
    ])
    people.by(text => void service.post('trouble', text).then(() => chat?.ring(), report))
    if (wire !== null) publisher = await publisherOf({ wire, desk: service.desk, config, base, clock: systemClock, report })
    if (news)
      chat = await openChat({
        ...platforms,
        mailbox: openPostgresMailbox(storage.database, account),
        commands,
        desk: service.desk,
        clock: systemClock,
        hide: text => redact(text, secretsOf(config)),
        post: service.post,
        log: { info: text => note('info', text), warn: text => note('warn', text), error: report },
      })
    if (news) {
      await service.post(
        'start',
        `started · RootTrading ${programVersion}\n${service.symbols.join(', ')}: ${venue.about}${venue.trading === 'demo' ? ', no real money' : ''}.`,
      )
      chat?.ring()
    }
    const paint = paintFor(process.stdout, env)
    return {
      storage,
      store,
      service,
      venue,
      commands,
      platforms: platforms.messengers.map(({ platform }) => platform),
      async answer(line) {
        return render(await dispatch({ text: line, person: TERMINAL, commands, desk: service.desk, report }), paint)
      },
      async close() {
        if (chat !== null) await service.post('stop', 'stopped\nWhat rests on the exchange stays there.').catch(report)
        await chat?.stop(CHAT_STOP_MS)
        await venue.close()
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
