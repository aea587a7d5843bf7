/** Numbers as Binance writes them: decimal strings of eight places, never an exponent. */

const ONE = 100_000_000n

/** An exact amount (counted in 1e-8) as text. */
export function eight(value: bigint): string {
  const size = value < 0n ? -value : value
  return `${value < 0n ? '-' : ''}${size / ONE}.${(size % ONE).toString().padStart(8, '0')}`
}

/** A float as text, to the nearest 1e-8. */
export const eightOf = (value: number): string => value.toFixed(8)
