/** A Redis of this machine's installation, without anything on the disk. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'

/** Where redis-server is, or null when it is not installed. */
export const redisProgram = (): string | null =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'redis-server'))
    .find(path => existsSync(path)) ?? null

/** What to say where it is missing. */
export const NO_REDIS = 'skipped: the wire through a real Redis, since none is installed. To run it: apt-get install redis-server'

/** A port that nobody has. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** A server that can be started, killed and stopped again and again, on one port. */
export class RedisServer {
  readonly port: number
  readonly #program: string
  #password = ''
  #child: ChildProcess | null = null

  constructor(program: string, port: number) {
    this.#program = program
    this.port = port
  }

  /** Starts it. Resolves when it answers. */
  async start(password = this.#password): Promise<this> {
    this.#password = password
    const settings = ['--bind', '127.0.0.1', '--port', `${this.port}`, '--save', '', '--appendonly', 'no']
    const child = spawn(this.#program, [...settings, ...(password === '' ? [] : ['--requirepass', password])], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('eady to accept connections')) break
    child.stdout.resume()
    return this
  }

  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}
