/** Which symbols a public request is about. */
import { ApiError } from '../errors.ts'
import type { RawSymbol } from '../trading/listing.ts'
import type { Call } from './endpoint.ts'

/** The statuses that a request may ask for. */
export const statuses = ['TRADING', 'HALT', 'BREAK', 'END_OF_DAY', 'CANCEL_ONLY'] as const

/** The symbols that a request names, or all; and whether it named exactly one. Throws ApiError. */
export function askedSymbols({ world, params }: Call): { readonly symbols: readonly RawSymbol[]; readonly single: boolean } {
  const [one, list] = [params.has('symbol') ? params.symbol() : null, params.list('symbols')]
  if (one !== null && list !== null) throw new ApiError(-1128, 'Combination of optional parameters invalid.')
  const status = params.oneOf('symbolStatus', statuses, new ApiError(-1122, 'Invalid symbolStatus.'))
  if (list !== null && new Set(list).size !== list.length) throw new ApiError(-1151, 'Symbol is present multiple times in the list.')
  const found = one === null && list === null ? world.venue.symbols : (list ?? [one!]).map(name => world.venue.symbol(name).raw)
  const fitting = status === null ? found : found.filter(raw => raw.status === status)
  if (one !== null && fitting.length === 0) throw new ApiError(-1220, "The symbol's status does not match the requested symbolStatus.")
  return { symbols: fitting, single: one !== null }
}
