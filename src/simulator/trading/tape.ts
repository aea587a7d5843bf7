/** The prices of a bar as a way that the market goes, in the order in which its trades are told. */
import { type Price, priceOf } from '#domain/money.ts'
import type { Phase } from '#domain/recording.ts'
import type { PhaseBar } from '../market/replay.ts'

/** Where the market goes in a phase of a bar, step by step; from null: it jumps there. */
export function tapeOf({ open, high, low, close }: PhaseBar, phase: Phase): readonly (readonly [from: Price | null, to: Price])[] {
  const [first, second] = close >= open ? [low, high] : [high, low]
  switch (phase) {
    case 'open':
      return [[null, priceOf(open)]]
    case 'range':
      return [
        [priceOf(open), priceOf(first)],
        [priceOf(first), priceOf(second)],
      ]
    case 'close':
      return [[priceOf(second), priceOf(close)]]
  }
}
