/** `npm run demo`: the bundled candles through all strategies, with a prompt for commands. */
import { parseArgs } from 'node:util'
import { openPrompt, type Prompt } from '#adapters/terminal/prompt.ts'
import { Fault } from '#domain/fault.ts'
import { redact } from '#domain/secrets.ts'
import type { Told } from '#domain/told.ts'
import { type Config, secretsOf } from '../config.ts'
import { jsonLinesOf, linesOf, openSession, type Session } from './session.ts'
import { isLastWord, resetStorage, withDataDir } from './storage.ts'
import { summaryJson, summaryLines } from './summary.ts'

const HELP = `npm run demo -- [options]

Replays real candles of BTC, ETH, ADA and XRP against the euro (2021-02 to 2023-12, every four hours) through all
strategies at once, on paper. Everything is kept in a database; a second start goes on where the first stopped.

  --speed N      candles a second (default 20), or max
  --exchange X   paper (default), or simulator: a Binance on this machine, by the real adapter over HTTP and WebSockets
  --until-end    exit when the candles end (else wait for commands)
  --data-dir DIR where the embedded database lives (default .roottrading)
  --reset        begin anew; refused where a service has traded into the same folder
  --json         one JSON object a line on standard output
  --help         this text

While it runs, type commands: help lists them. Ctrl-C ends it with a summary.`

const DEFAULT_SPEED = 20

/** The options of the demo. */
interface DemoOptions {
  readonly speed: number
  readonly exchange: 'paper' | 'simulator'
  readonly untilEnd: boolean
  readonly dataDir: string | undefined
  readonly reset: boolean
  readonly json: boolean
  readonly help: boolean
}

function readOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        speed: { type: 'string' },
        exchange: { type: 'string', default: 'paper' },
        'until-end': { type: 'boolean' },
        'data-dir': { type: 'string' },
        reset: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    const text = values.speed ?? String(DEFAULT_SPEED)
    const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text)
    if (!(speed > 0)) throw new Fault('misconfigured', `--speed ${text}: a number of candles a second above 0 is needed, or max.`)
    const { exchange } = values
    if (exchange !== 'paper' && exchange !== 'simulator')
      throw new Fault('misconfigured', `--exchange ${exchange}: paper or simulator is needed.`)
    return {
      speed,
      exchange,
      untilEnd: values['until-end'] === true,
      dataDir: values['data-dir'],
      reset: values.reset === true,
      json: values.json === true,
      help: values.help === true,
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('misconfigured', `${(error as Error).message}\n\n${HELP}`)
  }
}

/** Runs the demo to its end. The exit code. */
export async function demoMain(
  args: readonly string[],
  settings: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const options = readOptions(args)
  const out = (line: string): void => void process.stdout.write(`${line}\n`)
  if (options.help) {
    out(HELP)
    return 0
  }
  const config = withDataDir(settings, options.dataDir)
  if (options.reset) await resetStorage(config)
  let print = out
  const tell = (told: readonly Told[]): void => {
    for (const line of options.json ? jsonLinesOf(told) : linesOf(told, env)) print(line)
  }
  const complain = (text: string): void => void process.stderr.write(`${redact(text, secretsOf(config))}\n`)
  const report = (error: unknown): void => complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const note = (level: 'info' | 'warn', text: string): void => {
    if (level === 'warn') complain(text)
  }
  const lastWords: string[] = []
  const session = await openSession({
    config,
    env,
    venue: { purpose: 'demo', exchange: options.exchange, speed: options.speed },
    tell,
    report,
    note,
    onLine: line => void (isLastWord(line) && lastWords.push(line)),
  })
  try {
    await play(session, options, out, prompt => {
      print = prompt
    })
  } catch (error) {
    // why it failed comes of this
    lastWords.forEach(complain)
    throw error
  }
  return 0
}

async function play(
  session: Session,
  options: DemoOptions,
  out: (line: string) => void,
  printBy: (print: typeof out) => void,
): Promise<void> {
  const quit = quitter(session)
  let prompt: Prompt | null = null
  let failed = true
  try {
    if (!options.json) for (const line of greeting(session)) out(line)
    const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true
    prompt = openPrompt({
      input: process.stdin,
      output: options.json ? process.stderr : process.stdout,
      names: [...session.commands.keys()],
      symbols: session.service.symbols,
      answer: line => (isQuit(line) ? (quit.now(), Promise.resolve('Ending …')) : session.answer(line)),
      onQuit: quit.now,
    })
    if (!options.json) printBy(prompt.print)
    await Promise.race([session.service.run(), quit.asked])
    if (interactive && !options.untilEnd && !quit.wasAsked()) {
      prompt.print('The candles have ended. Commands still work; Ctrl-C ends the demo.')
      await quit.asked
    }
    await session.service.finished()
    failed = false
  } finally {
    await prompt?.close()
    // what fails after a failure says less than that
    await finish(session, options, out).catch((error: unknown) => {
      if (!failed) throw error
    })
  }
}

async function finish(session: Session, { json }: DemoOptions, out: (line: string) => void): Promise<void> {
  try {
    const summary = await session.service.summary()
    if (json) out(summaryJson(summary))
    else for (const line of await summaryLines(summary, session)) out(line)
  } finally {
    await session.close()
  }
}

const isQuit = (line: string): boolean => /^\/?(quit|exit)$/i.test(line.trim())

// Ctrl-C, SIGTERM or quit: what is under way is finished first.
function quitter(session: Session) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  const now = (): void => {
    asked = true
    session.service.stop()
    resolve()
  }
  process.once('SIGINT', now)
  process.once('SIGTERM', now)
  return { now, asked: promise, wasAsked: () => asked }
}

function greeting({ service, storage, platforms, venue }: Session): string[] {
  return [
    `RootTrading demo: ${service.symbols.join(', ')}, every four hours of 2021-02 to 2023-12: ${venue.about}. No real money.`,
    `Kept in ${storage.where}.${service.resumed ? ' Going on where the last run stopped (--reset begins anew).' : ''}`,
    ...(platforms.length > 0 ? [`It answers on ${platforms.join(' and ')} too; /whoami tells ids for the lists of people.`] : []),
    ...(venue.missing.length > 0 ? [`There are no bundled candles of ${venue.missing.join(', ')}: left out.`] : []),
    'Type help for commands; Ctrl-C ends with a summary.',
    '',
  ]
}
