/**
 * The log of rounds. One short INSERT makes a round outlive every death, so that its orders may leave; then it is written into the tables as
 * every other, and its row is taken away in the same transaction. So there is at most one row an account, and what is in it is in no table.
 */
import { Fault } from '#domain/fault.ts'
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
/** Which form a logged round has. It goes up where the same text would mean something else, or lack something: `roundOf` then says how the one before is read. */
const FORM = 2

/** A round as text. What JSON has no word for is marked: amounts as "#123", NaN and infinities by their names, and texts that begin so as "##…". */
export const textOf = (round: Round): string =>
  // the core hands in its slots, which know their market: only what is a holding's is kept
  JSON.stringify(marked({ form: FORM, ...round, holdings: round.holdings.map(holdingOf) }))

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

/**
 * The round of a text. Throws a Fault for one of another form, where a death was followed by a change of versions: its orders may have left, so
 * that it must be neither misread nor passed over.
 */
export function roundOf(text: string): Round {
  // the first ones did not say
  const { form = 1, ...round } = parsed(text) as Round & { readonly form?: unknown }
  if (form === FORM) return round
  // nothing was written off then
  if (form === 1) return { ...round, taken: [] }
  throw new Fault(
    'misconfigured',
    `PostgreSQL, the log of rounds: a round was written in form ${String(form)}, and this version of RootTrading reads form ${FORM}. ` +
      'Start the version that wrote it once: it writes the round into the tables. Then start this one again.',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'string' || !value.startsWith(SIGN)) return value
      const word = value.slice(SIGN.length)
      if (word.startsWith(SIGN)) return word
      return /^-?\d+$/.test(word) ? BigInt(word) : Number(word)
    })
  } catch (error) {
    throw new Fault(
      'misconfigured',
      'PostgreSQL, the log of rounds: a round cannot be read. Its orders may have left: compare what is open on the exchange with the orders of ' +
        'the record, then take its row out of the table rounds.',
      { cause: error },
    )
  }
}
