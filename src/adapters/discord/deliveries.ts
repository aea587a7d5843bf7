import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import type { Delivery } from '#ports/messenger.ts'

const SOON_MS = 2_000
const LATER_MS = 60_000

/** What the server said; never the address that was called, which may have a token in it. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof DiscordAPIError) return `Discord says ${error.status} (${error.code})`
  if (error instanceof HTTPError) return `Discord says ${error.status}`
  return error instanceof RateLimitError ? 'Discord asks to wait' : 'Discord cannot be reached'
}

/** What an error of a call means for what was to be sent. */
export function deliveryOf(error: unknown): Delivery {
  const reason = reasonOf(error)
  if (error instanceof RateLimitError) return { kind: 'later', after: error.retryAfter, reason }
  if (!(error instanceof DiscordAPIError)) return { kind: 'later', after: SOON_MS, reason }
  if (error.status === 401) return { kind: 'later', after: LATER_MS, reason }
  return error.status >= 500 || error.status === 429 ? { kind: 'later', after: SOON_MS, reason } : { kind: 'gone', reason }
}
