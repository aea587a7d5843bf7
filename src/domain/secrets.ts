/** Secrets never leave the program: not in a log, not in a chat, not in an error. */

const REDACTED = '[redacted]'

/** Replaces every known secret in a text, plain and as it stands in URLs. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets)
    for (const form of new Set([secret, encodeURIComponent(secret)])) if (form.length >= 4) clean = clean.replaceAll(form, REDACTED)
  return clean
}
