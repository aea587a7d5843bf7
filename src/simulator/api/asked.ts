/** Which symbols a public request is about. */
import { ApiError, badCombination } from '../errors.ts'
import type { RawSymbol } from '../trading/listing.ts'
import type { Call } from './endpoint.ts'

/** The statuses that a request may ask for. */
export const statuses = ['TRADING', 'HALT', 'BREAK', 'END_OF_DAY', 'CANCEL_ONLY'] as const

/** Symbols that a request is about. */
export interface Asked {
  readonly symbols: readonly RawSymbol[]
  /** True where it names them, true where it names exactly one. */
  readonly named: boolean
  readonly single: boolean
}

/** The symbols that a request names, or all. Throws ApiError. */
export function askedSymbols({ world, params }: Call): Asked {
  const [one, list] = [params.has('symbol') ? params.symbol() : null, params.list('symbols')]
  if (one !== null && list !== null) throw badCombination()
  const status = params.oneOf('symbolStatus', statuses, new ApiError(-1122, 'Invalid symbolStatus.'))
  if (list !== null && new Set(list).size !== list.length) throw new ApiError(-1151, 'Symbol is present multiple times in the list.')
  const found = one === null && list === null ? world.venue.symbols : (list ?? [one!]).map(name => world.venue.symbol(name).raw)
  const fitting = status === null ? found : found.filter(raw => raw.status === status)
  if (one !== null && fitting.length === 0) throw new ApiError(-1220, "The symbol's status does not match the requested symbolStatus.")
  return { symbols: fitting, named: one !== null || list !== null, single: one !== null }
}
