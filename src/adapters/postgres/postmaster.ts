/**
 * The postmaster is PostgreSQL's first process. It outlives us when we are killed; then the next start finds its
 * `postmaster.pid`, whose pid may by then belong to anybody.
 */
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedServerError } from './embedded-error.ts'

/** What `postmaster.pid` says. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** Reads `postmaster.pid`; null when there is none or it is not written yet. */
export function readPostmaster(cluster: string): Postmaster | null {
  try {
    const lines = readFileSync(pidFile(cluster), 'utf8').split('\n')
    const pid = Number(lines[0])
    return pid > 0 ? { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' } : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Stops the server that a killed process of ours left behind. It is not used further: the killed one's half-open
 * transactions would go on holding their locks in it.
 */
export async function stopLeftOver(cluster: string, answers: (port: number) => Promise<boolean>): Promise<void> {
  const found = readPostmaster(cluster)
  if (found === null || !isRunning(found.pid)) return
  const args = argumentsOf(found.pid)
  const ours = args === null ? await answers(found.port) : args.includes(cluster)
  if (ours) return stopPostmaster(found.pid, () => !isRunning(found.pid))
  // The server itself would believe in any living pid of its user, in a container after every restart.
  if (args !== null && !isOccupied(cluster)) return rmSync(pidFile(cluster), { force: true })
  throw new EmbeddedServerError(
    `${pidFile(cluster)} names process ${found.pid}, which lives but cannot be told to be the server of this folder.`,
    'two servers on one folder destroy it, so in doubt none is started.',
    `look at process ${found.pid} (ps -fp ${found.pid}): stop it if it is a postgres of this folder, else delete ${pidFile(cluster)}`,
  )
}

/** Fast shutdown (clients are cut, data is flushed); harder when it does not come to an end. */
export async function stopPostmaster(pid: number, hasEnded: () => boolean): Promise<void> {
  const ladder = [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const
  for (const [signal, patience] of ladder) {
    const deadline = performance.now() + patience
    if (!hasEnded()) send(pid, signal)
    while (!hasEnded() && performance.now() < deadline) await delay(10)
    if (hasEnded()) return
  }
  throw new EmbeddedServerError(
    `The embedded PostgreSQL (process ${pid}) does not end.`,
    'it was asked, urged and killed; a process that survives waits for its disk.',
    'look at the disk (dmesg), then start again',
  )
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const pidFile = (cluster: string): string => join(cluster, 'postmaster.pid')

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // A dead process that nobody has collected yet still takes signals.
  const state = fromProc(pid, 'stat')
  return state === null || !/^[ZX]/.test(state.slice(state.lastIndexOf(')') + 2))
}

/** Null where the system does not tell. */
function argumentsOf(pid: number): string[] | null {
  return fromProc(pid, 'cmdline')?.split('\0') ?? null
}

function fromProc(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return null
  }
}

// Every process of a server stands in its cluster, also the orphans of a killed postmaster. One of the same owner that
// we may not look at counts as one.
function isOccupied(cluster: string): boolean {
  const owner = statSync(cluster).uid
  return readdirSync('/proc').some(pid => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === cluster
    } catch (error) {
      const hidden = (error as NodeJS.ErrnoException).code === 'EACCES'
      return hidden && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === owner
    }
  })
}
