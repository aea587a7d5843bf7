/**
 * A fact card: one thing that the reference says of Binance, and how to see whether it is so. A card speaks to an exchange over the
 * wire and knows nothing of who answers: our simulator, or Binance's spot testnet.
 */
import type { SwitchName } from '#simulator/switches.ts'
import type { Binance } from './client/binance.ts'

/**
 * How sure the reference is: [D] documentation, [C] source of a client library, [X] executed against a stub, [M] memory, [inf] inferred.
 * What is [M] or [inf] is a switch of the simulator.
 */
type Mark = 'D' | 'C' | 'X' | 'M' | 'inf'

/** Where a fact stands: file and section of the reference, or the page of Binance's documentation, and the mark. */
type Source = `${string} [${Mark}]`

/**
 * What a card needs beside a symbol with a book and a little of both assets:
 * `moving` a price that moves (stepped where that is possible, else waited for), `control` an exchange that obeys us (halts, faults,
 * filters, deposits: a simulator), `hmac` or `ed25519` a key of that kind, `sapi` the wallet endpoints (no testnet has them).
 */
export type Need = 'moving' | 'control' | 'hmac' | 'ed25519' | 'sapi'

/** A card. */
export interface Card {
  /** Names it for good: transcripts and confirmed.json refer to it. */
  readonly id: string
  /** The fact, in one sentence. */
  readonly says: string
  readonly source: Source
  /** The simulator's switch for it, where nobody could ask Binance. */
  readonly switch?: SwitchName
  readonly needs?: readonly Need[]
  /** Resolves when it is so. Throws Difference where it is not, NotRun where it cannot be found out here. */
  run(binance: Binance): Promise<void>
}
