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
import type { Store } from '#ports/store.ts'
import type { Told } from '#domain/told.ts'
import { programVersion, type Service, startService } from '../compose.ts'
import { platformsOf } from '../compose/chat.ts'
import { openVenue, type VenueChoice } from '../compose/open-venue.ts'
import type { Venue } from '../compose/venue.ts'
import { type Config, secretsOf } from '../config.ts'
import { loadFolder } from '../load-folder.ts'
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
  /** Where it trades. */
  readonly venue: Pick<VenueChoice, 'purpose' | 'exchange' | 'speed'>
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
export async function openSession({ config, env, venue: choice, tell, report, note, onLine }: SessionSetup): Promise<Session> {
  const storage = await openStorage(config, onLine)
  let chat: Chat | null = null
  let running: Service | null = null
  try {
    const trouble = (text: string): void => {
      note('warn', text)
      running?.post('trouble', text).then(() => chat?.ring(), report)
    }
    const venue = await openVenue(config, { ...choice, clock: systemClock, note: text => note('info', text), trouble })
    const { account } = venue
    const store = openPostgresStore({ database: storage.database, account, demo: venue.trading === 'demo' })
    const platforms = platformsOf(config, systemClock)
    const news = platforms.messengers.length > 0
    const tellAll = (told: readonly Told[]): void => {
      tell(told)
      chat?.ring()
    }
    const [service, commands] = await Promise.all([startService({ config, env, store, venue, tell: tellAll, news }), loadCommands()])
    running = service
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
        await store.close()
        await storage.close()
      },
    }
  } catch (error) {
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
