/** The doors of the program as processes of their own, as a person or Docker starts them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Settings of a service that trades within its first candles. */
export const BUSY = { SYMBOLS: 'ADAEUR', STRATEGIES: 'rsi', RSI_WINDOW: '3', RSI_OVERSOLD: '49.5', RSI_OVERBOUGHT: '50.5' }

/** A door that was opened. */
export interface Door {
  readonly child: ChildProcess
  /** Resolves with the first line on standard output that holds a text. */
  says(text: string): Promise<string>
  readonly ended: Promise<Ended>
}

/** Opens `cli` or `main` in a folder (so that no .env of ours is read), with no other settings than these; and never to a market that is not on this machine. */
export function openDoor(door: 'cli' | 'main', args: readonly string[], folder: string, env: Readonly<Record<string, string>> = {}): Door {
  const program = fileURLToPath(new URL(`../../src/${door}.ts`, import.meta.url))
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH, HOME, NODE_COMPILE_CACHE, NO_COLOR: '1', MARKET: 'replay', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  const lines = createInterface({ input: child.stdout })
  lines.on('line', line => (out += `${line}\n`))
  child.stderr.on('data', chunk => (err += String(chunk)))
  return {
    child,
    async says(text) {
      for (;;) {
        const line = out.split('\n').find(one => one.includes(text))
        if (line !== undefined) return line
        if (child.exitCode !== null) throw new Error(`it ended (${child.exitCode}) and never said "${text}": ${out}${err}`)
        await Promise.race([once(lines, 'line'), once(child, 'close')])
      }
    },
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, out, err })),
  }
}

/** Opens a door and waits until it closes. */
export const through = (...given: Parameters<typeof openDoor>): Promise<Ended> => openDoor(...given).ended

/** Processes of this machine whose command line names a folder. */
export const processesOf = (folder: string): number[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder)
      } catch {
        // it ended meanwhile
        return false
      }
    })
    .map(Number)
