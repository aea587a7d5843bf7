import { GrammyError, HttpError } from 'grammy'
import type { Delivery } from '#ports/messenger.ts'

const SOON_MS = 2_000
const LATER_MS = 60_000

/** The code of an answer of the server that was an error; 0: there was no answer. */
export const codeOf = (error: unknown): number => (error instanceof GrammyError ? error.error_code : 0)

/** What the server said; never the address that was called, which has the token in it. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof GrammyError) return `Telegram says ${error.error_code}: ${error.description}`
  return error instanceof HttpError ? 'Telegram cannot be reached' : 'Telegram did not answer'
}

/** What an error of a call means for what was to be sent. */
export function deliveryOf(error: unknown): Delivery {
  const reason = reasonOf(error)
  if (!(error instanceof GrammyError)) return { kind: 'later', after: SOON_MS, reason }
  const { error_code: code, parameters } = error
  if (code === 429) return { kind: 'later', after: (parameters.retry_after ?? 1) * 1_000, reason }
  if (code === 401) return { kind: 'later', after: LATER_MS, reason }
  return code >= 500 ? { kind: 'later', after: SOON_MS, reason } : { kind: 'gone', reason }
}

/** True where a rewritten message would be what it is already. */
export const isUnchanged = (error: unknown): boolean =>
  error instanceof GrammyError && error.description.includes('message is not modified')
/** True where there is no message to rewrite any more. */
export const cannotRewrite = (error: unknown): boolean =>
  error instanceof GrammyError && /message (?:to edit not found|can't be edited)/.test(error.description)
