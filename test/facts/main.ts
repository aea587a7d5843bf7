/** `npm run facts`: the fact cards against the testnet, a simulator by its address, or one in this process. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Card } from './card.ts'
import { allCards } from './cards/all.ts'
import { Binance, type Keys } from './client/binance.ts'
import { credentialsOf } from './client/keys.ts'
import type { Target } from './client/target.ts'
import { standing } from './confirmed.ts'
import { openInside } from './inside.ts'
import { type FactsOptions, HELP, readFactsOptions } from './options.ts'
import { type Outcome, runCard } from './run.ts'
import { Transcript } from './transcript.ts'

const LABEL_WIDTH = 8

/** An exchange that is ready to be asked. */
interface Opened {
  readonly target: Target
  readonly keys: Keys
  readonly secrets: readonly string[]
  close(): Promise<void>
}

/** Runs the cards. The exit code: 0 when nothing differs. `out` takes a line of text. */
export async function factsMain(args: readonly string[], env: NodeJS.ProcessEnv, out: (line: string) => void): Promise<number> {
  let options: FactsOptions
  let cards: readonly Card[]
  try {
    options = readFactsOptions(args)
    cards = chosen(options.cards)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    out(error.message)
    return 2
  }
  if (options.help || options.list) {
    if (options.help) out(HELP)
    else for (const card of cards) out(`${card.id}: ${card.says} (${card.source}; ${standing(card.id)})`)
    return 0
  }
  const opened = await openTarget(options.target, env)
  if (typeof opened === 'string') {
    out(opened)
    return 2
  }
  const file = options.out === null ? null : openSync(options.out, 'w')
  const transcript = new Transcript(opened.secrets, line => (file === null ? undefined : writeSync(file, `${line}\n`)))
  try {
    return await runAll(cards, options, opened, transcript, out)
  } catch (error) {
    out(transcript.hide(`${opened.target.site} could not be asked: ${error instanceof Error ? messageOf(error) : String(error)}`))
    return 2
  } finally {
    if (file !== null) closeSync(file)
    await opened.close()
  }
}

function chosen(ids: readonly string[]): readonly Card[] {
  const unknown = ids.find(id => !allCards.some(card => card.id === id))
  if (unknown !== undefined) throw new TypeError(`--card ${unknown}: there is no such card. --list names them.`)
  return ids.length === 0 ? allCards : allCards.filter(({ id }) => ids.includes(id))
}

// The exchange, or why it cannot be asked.
async function openTarget(target: Target | null, env: NodeJS.ProcessEnv): Promise<Opened | string> {
  if (target === null) {
    const { simulator, ...inside } = await openInside()
    return { ...inside, close: () => simulator.close() }
  }
  const [apiKey, secret] = [env['BINANCE_API_KEY'] ?? '', env['BINANCE_SECRET_KEY'] ?? '']
  if (apiKey === '' || secret === '')
    return `${target.site} needs a key: set BINANCE_API_KEY and BINANCE_SECRET_KEY. Keys of the testnet are made at https://testnet.binance.vision.`
  try {
    const keys = { main: credentialsOf(apiKey, secret), others: [] }
    return { target, keys, secrets: [apiKey, secret], close: () => Promise.resolve() }
  } catch {
    // the error itself may hold a part of the key
    return 'BINANCE_SECRET_KEY looks like a private key but cannot be read. Give it as PEM (PKCS#8), line ends as they are or as \\n.'
  }
}

async function runAll(
  cards: readonly Card[],
  options: FactsOptions,
  { target, keys }: Opened,
  transcript: Transcript,
  out: (line: string) => void,
): Promise<number> {
  const binance = await Binance.open({ target, keys, transcript, symbol: options.symbol })
  const counts: Record<Outcome['kind'], number> = { agrees: 0, differs: 0, not_run: 0, broken: 0 }
  try {
    const head = { site: target.site, symbol: binance.symbol, key: keys.main.kind, cards: cards.length, node: process.version }
    transcript.note({ run: head })
    out(`${target.site}, ${binance.symbol}: ${cards.length === allCards.length ? 'all' : cards.length} of the cards`)
    // what an earlier run may have left open
    await binance.clean()
    for (const card of cards) {
      const outcome = await runCard(card, binance)
      counts[outcome.kind]++
      for (const line of linesOf(card, outcome)) out(transcript.hide(line))
    }
    transcript.begin('')
    transcript.note({ counts })
  } finally {
    binance.close()
  }
  out(`${counts.agrees} agree, ${counts.differs} differ, ${counts.not_run} not run, ${counts.broken} broken`)
  if (options.out !== null) out(`The transcript is in ${options.out}.`)
  return counts.differs + counts.broken === 0 ? 0 : 1
}

const labels: Readonly<Record<Outcome['kind'], string>> = { agrees: 'agrees', differs: 'DIFFERS', not_run: 'not run', broken: 'BROKEN' }

function linesOf({ id, says, source }: Card, outcome: Outcome): readonly string[] {
  const head = `${labels[outcome.kind].padEnd(LABEL_WIDTH)} ${id}: ${says} (${source}; ${standing(id)})`
  const indent = ' '.repeat(LABEL_WIDTH + 1)
  switch (outcome.kind) {
    case 'agrees':
      return [head]
    case 'differs':
      return [head, `${indent}expected ${outcome.expected}`, `${indent}seen     ${outcome.seen}`]
    case 'not_run':
    case 'broken':
      return [head, `${indent}${outcome.why}`]
  }
}

const messageOf = (error: Error): string => (error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message)

if (import.meta.main) process.exitCode = await factsMain(process.argv.slice(2), process.env, line => process.stdout.write(`${line}\n`))
