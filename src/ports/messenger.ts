/** One chat platform: takes messages of people, answers them, and pushes news. */
import type { Reply } from '#domain/message.ts'
import type { Time } from '#domain/time.ts'

/** The platforms. */
export type Platform = 'telegram' | 'discord'

/** A message of a person, a slash command or a press of a button: all that acts. */
export interface Incoming {
  readonly platform: Platform
  /** Our own account there: another bot counts its updates anew. */
  readonly bot: string
  /** The platform's number of the update, and of the message within its chat. Both are unique. */
  readonly update: string
  readonly message: string
  readonly chat: string
  /** The listed place that is no private chat: a group or a guild; null in private. */
  readonly place: string | null
  /** The person's numeric id: names change and are not unique. */
  readonly user: string
  /** What the person is called, for the record. */
  readonly name: string
  /** A command with its arguments. */
  readonly text: string
  readonly button: boolean
  readonly sentAt: Time
}

/** Where news go. */
export interface Target {
  readonly platform: Platform
  readonly chat: string
  /** A private chat bears a message a second, a group twenty a minute. */
  readonly group: boolean
}

/** What became of something sent. `later`: to be tried again, not before so many milliseconds. `gone`: nobody is there any more. */
export type Delivery =
  | { readonly kind: 'sent' }
  | { readonly kind: 'later'; readonly after: number; readonly reason: string }
  | { readonly kind: 'gone'; readonly reason: string }

/** An argument as a menu shows it. */
export interface MenuArgument {
  readonly name: string
  readonly kind: string
  readonly description: string
  readonly optional: boolean
  readonly choices: readonly string[]
}

/** A command as a menu shows it. */
export interface MenuCommand {
  readonly name: string
  readonly summary: string
  readonly arguments: readonly MenuArgument[]
}

/** What became of a message that was handed over. `known`: it was taken before. `ignored`: nothing will be answered. */
export type Receipt = 'taken' | 'known' | 'ignored'

/** What a messenger is handed. */
export interface Hands {
  /** Takes a message; resolves once it is written down. Rejects where that cannot be done. */
  receive(message: Incoming): Promise<Receipt>
  /** What an argument may go on with, for a person who may ask. */
  suggest(user: string, place: string | null, kind: string, typed: string): Promise<readonly string[]>
  /** Tells of trouble with the platform: the log, and people on the other one. */
  trouble(text: string): void
  /** Something for the log alone. */
  note(text: string): void
  /** What anybody may ask, every command, and for each listed person those that he or she may use. */
  readonly open: readonly MenuCommand[]
  readonly commands: readonly MenuCommand[]
  readonly people: readonly { readonly user: string; readonly commands: readonly MenuCommand[] }[]
}

/** One chat platform. It never throws for what goes wrong outside: trading goes on without it. */
export interface Messenger {
  readonly platform: Platform
  /** Most characters of one message. */
  readonly most: number
  /** Begins to connect and to listen. */
  start(hands: Hands): void
  /** Answers a message. */
  answer(to: Incoming, reply: Reply): Promise<Delivery>
  /** Pushes plain text. */
  push(target: Target, text: string, silent: boolean): Promise<Delivery>
  /** Takes no more messages; resolves when nothing is under way. */
  stop(): Promise<void>
}
