/** What a command answers, free of any platform: each front end draws it in its own way. */

/** A part of an answer. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** `right`: columns that hold figures. */
  | {
      readonly kind: 'table'
      readonly head: readonly string[]
      readonly rows: readonly (readonly string[])[]
      readonly right: readonly number[]
    }

/** A button that sends a command. */
export interface Button {
  readonly label: string
  readonly command: string
  /** Asks for the same once more: of no use where one can simply ask again. */
  readonly again?: true
}

/** A button that asks for the same once more. */
export const refresh = (command: string): Button => ({ label: 'Refresh', command, again: true })

/** An answer to a person. */
export interface Reply {
  readonly blocks: readonly Block[]
  readonly buttons: readonly Button[]
}

/** A table as a block. Columns named in `right` hold figures. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): Block => ({
  kind: 'table',
  head,
  rows,
  right,
})

/** An answer of texts and blocks, with buttons that a platform may show. */
export const replyOf = (parts: readonly (string | Block)[], buttons: readonly Button[] = []): Reply => ({
  blocks: parts.map(part => (typeof part === 'string' ? { kind: 'text', text: part } : part)),
  buttons,
})
