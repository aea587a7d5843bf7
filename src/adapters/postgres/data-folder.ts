/**
 * The folder of the embedded server:
 *   cluster/      PostgreSQL's own files
 *   access.json   port and password, 0600
 *   holder.lock   locked by the process of ours that uses the folder
 *   holder.pid    its pid, for the message to the second one
 */
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EmbeddedServerError } from './embedded-error.ts'

/** How our programs come in. */
interface Access {
  readonly port: number | null
  readonly password: string
}

export interface DataFolder {
  readonly path: string
  readonly cluster: string
  readonly access: Access
  rememberPort(port: number): void
  /** Lets another process have the folder. */
  release(): void
}

/** Makes the folder when there is none and takes it for this process alone. */
export function openDataFolder(dataDir: string): DataFolder {
  const path = resolve(dataDir)
  try {
    return claim(path)
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException
    if (code === undefined || syscall === undefined) throw error
    if (!['EACCES', 'EPERM'].includes(code))
      throw new EmbeddedServerError(
        `The data folder ${path} cannot be used: ${message}`,
        'it is a folder on a disk that can be written and has room.',
        'mend DATA_DIR or the disk, or give a server of your own by DATABASE_URL',
        error,
      )
    throw new EmbeddedServerError(
      `The data folder ${path} is not ours to write: ${(error as Error).message}`,
      'the folder and its files belong to the user who runs the service.',
      `run as the user who made it, or take it over: chown -R $(id -un) ${path}`,
      error,
    )
  }
}

function claim(dataDir: string): DataFolder {
  makeFolder(dataDir)
  // The real path: the same folder must have the same name for every start.
  const path = realpathSync(dataDir)
  const cluster = join(path, 'cluster')
  const release = lock(path)
  try {
    const access = readAccess(path, existsSync(cluster))
    return { path, cluster, access, release, rememberPort: port => writeWhole(path, { ...access, port }) }
  } catch (error) {
    release()
    throw error
  }
}

// By hand, folder by folder: Node's own way never ends where a folder takes none (/proc), and says of a disk that may only be read that there
// is no such file.
function makeFolder(path: string): void {
  if (isFolder(path)) return
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if (isFolder(path)) return // another process was faster
    const up = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || up === path || isFolder(up)) throw error
    makeFolder(up)
    makeFolder(path)
    return
  }
  // Under root another user runs the server, who must pass through. What lies inside is closed file by file.
  if (process.getuid?.() === 0) chmodSync(path, 0o711)
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

// SQLite is here for its lock alone: the kernel gives it back when the holder dies, however it dies, on every platform,
// and no reused pid can be mistaken for the holder. Nothing else may open this file: closing it would drop the lock.
function lock(path: string): () => void {
  const file = join(path, 'holder.lock')
  try {
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // SQLite would only say that it cannot open it.
  accessSync(file, constants.R_OK | constants.W_OK)
  const pidFile = join(path, 'holder.pid')
  // Two that come at one moment may each see the other half-way in; the patience is for that.
  const held = new DatabaseSync(file, { timeout: 500 })
  try {
    held.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    held.close()
    if ((error as { errcode?: number }).errcode !== 5) throw error // SQLITE_BUSY
    throw inUse(path, existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim() : '')
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  return () => {
    if (held.isOpen) held.close()
  }
}

function inUse(path: string, pid: string): EmbeddedServerError {
  const holder = pid === '' ? 'another process' : pid === `${process.pid}` ? `this very process, ${pid}` : `process ${pid}`
  return new EmbeddedServerError(
    `The data folder ${path} is in use by ${holder}.`,
    'one process at a time uses an embedded PostgreSQL.',
    `stop that process${pid === '' ? '' : ` (kill ${pid})`}, or use another folder, or let both use one server by DATABASE_URL`,
  )
}

function readAccess(path: string, hasCluster: boolean): Access {
  const file = join(path, 'access.json')
  if (existsSync(file)) {
    const { port, password } = parsed(file)
    if (typeof password === 'string') return { password, port: typeof port === 'number' ? port : null }
  }
  if (!hasCluster) {
    // Written before the cluster is made, so that there is never a cluster whose password nobody knows.
    const access: Access = { port: null, password: randomBytes(24).toString('base64url') }
    writeWhole(path, access)
    return access
  }
  throw new EmbeddedServerError(
    `${file} is missing or unreadable, and with it the password of the database beside it.`,
    'the two belong together, in a backup too.',
    `put back ${file} from the backup, or move ${path} away to begin with an empty database`,
  )
}

function parsed(file: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8'))) as Record<string, unknown>
  } catch (error) {
    // The parser's own message would quote the text, password and all.
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function writeWhole(path: string, access: Access): void {
  const file = join(path, 'access.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(access)}\n`, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
  syncFolder(path)
}

/** Makes a rename in the folder outlast a power cut. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return // which cannot open a folder
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
