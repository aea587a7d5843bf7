/** The server as a child process: launched on a port of its own, watched until it is ready. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import type { DataFolder } from './data-folder.ts'
import { EmbeddedServerError } from './embedded-error.ts'
import { readPostmaster, stopPostmaster } from './postmaster.ts'
import { asUser, type ServerUser } from './server-user.ts'

export interface ServerProcess {
  readonly port: number
  stop(): Promise<void>
}

/** Below the ports that systems hand to outgoing connections, so that a stored one stays free. */
const PORTS = { from: 15_000, to: 30_000 }
/** A killed postmaster may stay in the process table for a while, and its orphans in the shared memory. */
const LEFT_OVER_MS = 15_000
/** Replaying the log after a crash takes as long as it takes, but not for ever. */
const READY_MS = 300_000

const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/
const LEFT_OVER = /lock file "postmaster.pid" already exists|pre-existing shared memory block/

/** Starts the server, again while something of its predecessor is in the way. */
export async function launch(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | null,
  onLine: (line: string) => void,
): Promise<ServerProcess> {
  const deadline = performance.now() + LEFT_OVER_MS
  let wished = folder.access.port
  for (;;) {
    const port = await freePort(wished)
    const child = spawnServer(folder.cluster, port, binaries, user)
    stopAtExit(child)
    const lines = watch(child, onLine)
    if (await becomesReady(child, folder.cluster)) {
      if (port !== folder.access.port) folder.rememberPort(port)
      return running(child, port, onLine)
    }
    const said = lines.join('\n')
    if (PORT_TAKEN.test(said)) wished = null
    if (!(PORT_TAKEN.test(said) || LEFT_OVER.test(said)) || performance.now() > deadline) throw startFailed(folder.cluster, said)
    await delay(100)
  }
}

function spawnServer(cluster: string, port: number, binaries: Binaries, user: ServerUser | null): ChildProcess {
  // Given here and not in a file, so that no edit opens the server to the network or makes a commit a maybe.
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on', 'full_page_writes=on']
  const args = ['-D', cluster, '-p', `${port}`, ...settings.flatMap(setting => ['-c', setting])]
  // Detached: the terminal's Ctrl-C would stop it together with us, before we have written our last.
  const how = asUser(user, binaries.postgres, args)
  return spawn(how.program, how.args, { ...how.options, detached: true, windowsHide: true, stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Passes the server's lines on and keeps the last of them. */
function watch(child: ChildProcess, onLine: (line: string) => void): readonly string[] {
  const lines: string[] = []
  const keep = (line: string) => {
    lines.push(line)
    if (lines.length > 20) lines.shift()
    onLine(line)
  }
  child.on('error', error => keep(error.message))
  createInterface({ input: child.stderr! }).on('line', keep)
  return lines
}

async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  const closed = once(child, 'close').catch(() => undefined)
  const deadline = performance.now() + READY_MS
  while (!hasEnded(child)) {
    const postmaster = readPostmaster(cluster)
    if (postmaster?.ready && postmaster.pid === child.pid) return true
    if (performance.now() > deadline) await stopPostmaster(child.pid!, () => hasEnded(child))
    else await delay(10)
  }
  // What it said last is still on its way; an orphan that holds the pipe must not hold us.
  await Promise.race([closed, delay(1_000)])
  return false
}

// At our exit nothing can be awaited any more, but a signal can be sent.
function stopAtExit(child: ChildProcess): void {
  const stop = () => void child.kill('SIGINT')
  process.once('exit', stop)
  child.once('exit', () => process.off('exit', stop))
}

function running(child: ChildProcess, port: number, onLine: (line: string) => void): ServerProcess {
  let stopping: Promise<void> | undefined
  child.once('exit', (code, signal) => {
    if (stopping === undefined) onLine(`the embedded PostgreSQL ended unasked (${signal ?? `exit code ${code}`})`)
  })
  // The server alone is no reason for our process to go on.
  child.unref()
  ;(child.stderr as Socket).unref()
  const stop = () => (stopping ??= stopPostmaster(child.pid!, () => hasEnded(child)))
  return { port, stop }
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null

async function freePort(wished: number | null): Promise<number> {
  for (let port = wished ?? anyPort(); ; port = anyPort()) if (await isFree(port)) return port
}

const anyPort = (): number => PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

function startFailed(cluster: string, said: string): EmbeddedServerError {
  return new EmbeddedServerError(
    `The embedded PostgreSQL of ${cluster} did not start:\n${said || '(it said nothing)'}`,
    'it must start before anything else, since it is the record of every trade.',
    'mend what it says above and start again, or give a server of your own by DATABASE_URL',
  )
}
