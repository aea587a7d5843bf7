/** A demo in this process: the database, the service, and what a person at the terminal sees of it. */
import { tellLine } from '#adapters/terminal/tell.ts'
import { jsonLine } from '#adapters/terminal/json.ts'
import { paintFor } from '#adapters/terminal/paint.ts'
import { render } from '#adapters/terminal/render.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { dispatch } from '#chat/dispatch.ts'
import { type AnyCommand, isCommand, type Person } from '#command'
import type { Store } from '#ports/store.ts'
import type { Told } from '#ports/teller.ts'
import { DEMO_ACCOUNT, type Service, startDemo } from '../compose.ts'
import type { Config } from '../config.ts'
import { loadFolder } from '../load-folder.ts'
import { openStorage, type Storage } from './storage.ts'

/** What the terminal's own person may: everything, since it is whoever started the program. */
const TERMINAL: Person = { name: 'terminal', role: 'admin' }

/** A running demo with its surroundings. */
export interface Session {
  readonly storage: Storage
  readonly store: Store
  readonly service: Service
  readonly commands: ReadonlyMap<string, AnyCommand>
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
  /** Hears what the embedded database says. */
  onLine?(line: string): void
}

/** All commands of the commands folder, by name. */
const loadCommands = (): Promise<Map<string, AnyCommand>> =>
  loadFolder(new URL('../../commands/', import.meta.url), isCommand, 'a command, made by defineCommand')

/** Opens the database and starts the demo on it, or goes on with it. */
export async function openSession({ config, env, speed, tell, report, onLine }: SessionSetup): Promise<Session> {
  const storage = await openStorage(config, onLine)
  try {
    const store = openPostgresStore({ database: storage.database, account: DEMO_ACCOUNT, demo: true })
    const [service, commands] = await Promise.all([startDemo({ config, env, store, speed, tell }), loadCommands()])
    const paint = paintFor(process.stdout, env)
    return {
      storage,
      store,
      service,
      commands,
      async answer(line) {
        return render(await dispatch({ text: line, person: TERMINAL, commands, desk: service.desk, report }), paint)
      },
      async close() {
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
