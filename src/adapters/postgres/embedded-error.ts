/** What the embedded server cannot do: what happened, the rule behind it, how to mend it. Never carries the password. */
export class EmbeddedServerError extends Error {
  constructor(what: string, rule: string, mend: string, cause?: unknown) {
    super(`${what}\n  rule: ${rule}\n  mend: ${mend}`, cause === undefined ? undefined : { cause })
    this.name = 'EmbeddedServerError'
  }
}
