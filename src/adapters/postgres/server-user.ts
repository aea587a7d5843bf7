/** The account that the server runs as: PostgreSQL refuses root, so root lends it one without rights. */
import { execFileSync, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { EmbeddedServerError } from './embedded-error.ts'

export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Root lends it the right to pass folders that are closed to it, such as a clone under /root. Nothing is opened to anybody else. */
  readonly passesAll?: boolean
}

/** Nobody special (null) unless we are root; then whoever owns the cluster already, else `postgres`, else `nobody`. */
export function serverUser(cluster: string): ServerUser | null {
  if (process.getuid?.() !== 0) return null
  const owner = statSync(cluster, { throwIfNoEntry: false })
  // An installation of PostgreSQL that appears later must not change who owns the files.
  const lent = ['postgres', 'nobody'].map(account).filter(user => user !== null)
  if (owner !== undefined && owner.uid !== 0) {
    return lent.find(user => user.uid === owner.uid) ?? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid }
  }
  if (lent[0] !== undefined) return lent[0]
  throw new EmbeddedServerError(
    'The embedded PostgreSQL cannot start as root.',
    'it refuses root, and this machine has neither a user "postgres" nor "nobody" to run it as.',
    'run as an ordinary user, or make one: useradd --system postgres',
  )
}

function account(name: string): ServerUser | null {
  try {
    const [uid, gid] = ['-u', '-g'].map(flag => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })))
    return uid && gid ? { name, uid, gid } : null
  } catch {
    return null
  }
}

/** Everything that a child of ours needs to run as this user. */
export function childOptions(user: ServerUser | null) {
  // Of the environment only these: exchange keys have no business in the database's, and PG* would turn its head.
  const kept = ['PATH', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP']
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C' }
  for (const name of kept) if (process.env[name] !== undefined) env[name] = process.env[name]
  // Our working directory may be closed to that user.
  return { cwd: process.platform === 'win32' ? undefined : '/', env, ...(user && { uid: user.uid, gid: user.gid }) }
}

/** A program and what spawn needs to run it as this user. */
export function asUser(user: ServerUser | null, program: string, args: readonly string[]) {
  if (user?.passesAll !== true) return { program, args, options: childOptions(user) }
  // setpriv gives the user and the one capability, and is then replaced by the program: same process id
  const lent = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search', '--bounding-set=-all,+dac_read_search']
  // without this bit the kernel leaves the capability out of account where a program asks whether it may (access)
  const bits = '--securebits=+no_setuid_fixup'
  const who = [bits, `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--no-new-privs']
  return { program: 'setpriv', args: [...who, ...lent, '--', program, ...args], options: childOptions(null) }
}

/**
 * The user with what it needs to reach a path. Refuses a path that it cannot reach, naming the folder that is in the way.
 */
export function requirePassage(path: string, user: ServerUser | null, holds: string): ServerUser | null {
  if (user === null || mayPass(path, user)) return user
  const lent = { ...user, passesAll: true }
  if (mayPass(path, lent)) return lent
  const closed = ancestors(path).find(folder => !mayPass(folder, user)) ?? path
  throw new EmbeddedServerError(
    `The embedded PostgreSQL cannot reach ${path} (${holds}): ${closed} is closed to ${user.name}.`,
    `it refuses to run as root, so it runs as ${user.name}, who must be able to pass every folder on the way.`,
    `chmod o+x ${closed} (lets others pass through, not list it), or use a place outside such as /srv or /var/lib, ` +
      'or run as an ordinary user, or give a server of your own by DATABASE_URL',
  )
}

// Asked as that user, since mode bits do not tell of access lists.
function mayPass(path: string, user: ServerUser): boolean {
  const { program, args, options } = asUser(user, 'test', ['-x', path])
  const answer = spawnSync(program, args, { ...options, stdio: 'ignore' })
  if (user.passesAll === true) return answer.status === 0
  return answer.status === 0 || (answer.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
}

function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...ancestors(parent), path]
}
