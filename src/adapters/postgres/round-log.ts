/**
 * The log of rounds. One short INSERT makes a round outlive every death, so that its orders may leave; then it is written into the tables as
 * every other, and its row is taken away in the same transaction. So there is at most one row an account, and what is in it is in no table.
 */
import type { Holding } from '#domain/slot.ts'
import type { Round } from '#ports/store.ts'
import type { Statement } from './statements.ts'

// The lock keeps whoever takes the account waiting until this is committed, so that the row is found.
const LOG = `insert into rounds (account, round)
  select account, $3 from accounts where account = $1 and epoch = $2 and intent_count < $4 for share`

/**
 * The statement that logs a round. It hits no row where the tables would not take it: another process has taken the account meanwhile, or has
 * written intents of these numbers.
 */
export const logged = (account: string, epoch: number, { intents }: Round, text: string): Statement => ({
  name: 'log a round',
  text: LOG,
  values: [account, epoch, text, Math.min(Number.MAX_SAFE_INTEGER, ...intents.map(({ number }) => number))],
})

/** The statement that takes an account's round out of the log. */
export const forgotten = (account: string): Statement => ({
  name: 'forget a round',
  text: 'delete from rounds where account = $1',
  values: [account],
})

const SIGN = '#'

/** A round as text. What JSON has no word for is marked: amounts as "#123", NaN and infinities by their names, and texts that begin so as "##…". */
export const textOf = (round: Round): string =>
  // the core hands in its slots, which know their market: only what is a holding's is kept
  JSON.stringify(marked({ ...round, holdings: round.holdings.map(holdingOf) }))

const holdingOf = ({ owner, symbol, position, plan, leaving, stoppedAt, pending }: Holding): Holding => {
  return { owner, symbol, position, plan, leaving, stoppedAt, pending }
}

// A copy first, since JSON.stringify is slow as soon as it has to ask for each value.
function marked(value: unknown): unknown {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return `${SIGN}${value}`
  if (typeof value === 'string') return value.startsWith(SIGN) ? `${SIGN}${value}` : value
  if (Array.isArray(value)) return value.map(marked)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) copy[name] = marked(part)
  return copy
}

/** The round of a text. It may be of an earlier version, where a death was followed by an upgrade: what a round gets later must mean something where it is missing. */
export const roundOf = (text: string): Round =>
  JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(SIGN)) return value
    const word = value.slice(SIGN.length)
    if (word.startsWith(SIGN)) return word
    return /^-?\d+$/.test(word) ? BigInt(word) : Number(word)
  }) as Round
