/**
 * The chat: messages of people are written down first and worked off one after the other; answers and news go out by themselves. What
 * goes wrong with a platform is told on the others.
 */
import { type AnyCommand, argumentsOf, mayAct, type Person, type Reply, replyOf, type Role } from '#command'
import type { NewsKind } from '#domain/news.ts'
import type { Clock } from '#ports/clock.ts'
import type { Desk } from '#ports/desk.ts'
import type { Mailbox } from '#ports/mailbox.ts'
import type { Incoming, MenuCommand, Messenger, Receipt, Target } from '#ports/messenger.ts'
import { type Access, isAnswered, peopleOf, roleOf } from './access.ts'
import { commandOf, dispatch } from './dispatch.ts'
import { Pace } from './pace.ts'
import { Sender } from './sender.ts'

/** What a chat is made of. */
export interface ChatSetup {
  readonly messengers: readonly Messenger[]
  readonly mailbox: Mailbox
  readonly access: Access
  /** Where news go. */
  readonly targets: readonly Target[]
  readonly commands: ReadonlyMap<string, AnyCommand>
  readonly desk: Desk
  readonly clock: Clock
  /** Replaces secrets in what is shown. */
  hide(text: string): string
  /** Writes news down. */
  post(kind: NewsKind, text: string): Promise<void>
  readonly log: { info(text: string): void; warn(text: string): void; error(error: unknown): void }
}

/** A running chat. */
export interface Chat {
  /** There may be news. */
  ring(): void
  /** Takes no more messages, answers what came, sends what there is for so many milliseconds, and ends. */
  stop(within: number): Promise<void>
}

const OLD_MS = 60_000
const STRANGER = 'refused: a stranger'
const MOST_OF_A_STRANGER = 20
const GIVE_UP_MS = 60_000
const RETRY_MS = 1_000
const LONGEST_RETRY_MS = 4_000
const MOST_TEXT = 1_000
const SUGGESTIONS = 25

const NOT_LISTED = replyOf(['This bot answers listed people only. /whoami tells your id; who runs it can list you.'])
const NOT_HERE = replyOf(['Listed people are answered in private, and in listed places. /whoami tells the id of this one.'])
const TOO_LATE = replyOf([
  'That is more than a minute old, so nothing was done: the program was not running, or the clock of its machine is off. Send it again if you still want it.',
])

/** Starts to answer and to send. */
export async function openChat(setup: ChatSetup): Promise<Chat> {
  const { messengers, mailbox, clock, targets, desk, hide, log } = setup
  const pace = new Pace(clock)
  const sender = new Sender({ mailbox, messengers, targets, pace, clock, hide, volumes: () => desk.volumes(), warn: log.warn })
  await sender.start()
  const worker = new Worker(setup, pace)
  await worker.begin()
  for (const messenger of messengers)
    messenger.start({
      receive: message => worker.receive(message),
      suggest: (user, place, kind, typed) => suggest(setup, { platform: messenger.platform, user, place }, kind, typed),
      trouble(text) {
        log.warn(hide(text))
        // the record itself may be what is in trouble
        setup.post('trouble', hide(text)).then(() => sender.ring(), log.error)
      },
      note: text => log.info(hide(text)),
      open: menuOf(setup.commands, null),
      commands: menuOf(setup.commands, 'admin'),
      people: peopleOf(setup.access, messenger.platform).map(user => ({
        user,
        commands: menuOf(setup.commands, roleOf(setup.access, messenger.platform, user)),
      })),
    })
  return {
    ring: () => sender.ring(),
    async stop(within) {
      await Promise.all(messengers.map(messenger => messenger.stop()))
      const answered = new AbortController()
      await worker.finish()
      await Promise.race([worker.answered(), clock.wait(within, answered.signal)])
      answered.abort()
      await sender.stop(within)
    },
  }
}

/** The commands that a role may use, as a menu shows them. */
function menuOf(commands: ChatSetup['commands'], role: Role | null): MenuCommand[] {
  const allowed = [...commands].filter(([, command]) => command.open === true || mayAct(role, command.role))
  return allowed.map(([name, command]) => ({ name, summary: command.summary, arguments: argumentsOf(command) }))
}

// What an argument may go on with. Strangers learn nothing.
async function suggest(
  { access, desk, commands }: ChatSetup,
  who: Pick<Incoming, 'platform' | 'user' | 'place'>,
  kind: string,
  typed: string,
): Promise<readonly string[]> {
  if (roleOf(access, who.platform, who.user) === null || !isAnswered(access, who)) return []
  const all = await namesOf(desk, commands, kind)
  const wanted = typed.toLowerCase()
  const [starting, containing] = [
    all.filter(name => name.toLowerCase().startsWith(wanted)),
    all.filter(name => name.toLowerCase().includes(wanted) && !name.toLowerCase().startsWith(wanted)),
  ]
  return [...starting, ...containing].slice(0, SUGGESTIONS)
}

async function namesOf(desk: Desk, commands: ChatSetup['commands'], kind: string): Promise<readonly string[]> {
  switch (kind) {
    case 'symbol':
      return (await desk.status()).symbols
    case 'command':
      return [...commands.keys()]
    case 'strategy':
      return (await desk.strategies()).map(({ name }) => name)
    case 'owner':
      return ['manual', ...(await desk.strategies()).map(({ name }) => name)]
    default:
      return []
  }
}

/** The id under which a wish that a message makes is written down. */
const wishId = ({ platform, bot, update }: Incoming): string => `${platform} ${bot} ${update}`

/** Works messages off, one after the other in the order in which they were written down. */
class Worker {
  readonly #setup: ChatSetup
  readonly #pace: Pace
  #last: Promise<void> = Promise.resolve()
  readonly #answering = new Set<Promise<void>>()
  #stopped = false

  constructor(setup: ChatSetup, pace: Pace) {
    this.#setup = setup
    this.#pace = pace
  }

  /** Works off what an earlier run wrote down and did not come to. */
  async begin(): Promise<void> {
    for (const message of await this.#setup.mailbox.waiting()) this.#enqueue(message)
  }

  /** Takes a message of a messenger. Rejects when it cannot be written down: it has to be delivered again. */
  async receive(message: Incoming): Promise<Receipt> {
    const { mailbox, access, log } = this.#setup
    if (this.#isOld(message)) return 'ignored'
    const cut = { ...message, text: message.text.slice(0, MOST_TEXT + 1) }
    if (roleOf(access, cut.platform, cut.user) === null && (await mailbox.count(cut, STRANGER)) >= MOST_OF_A_STRANGER) return 'ignored'
    if (!(await mailbox.receive(cut))) {
      log.info(`${cut.platform}: the message ${cut.message} of ${cut.user} came again`)
      return 'known'
    }
    this.#enqueue(cut)
    return 'taken'
  }

  /** Begins with no more messages: they wait for the next start. Resolves when none is under way. */
  async finish(): Promise<void> {
    this.#stopped = true
    await this.#last
  }

  /** Resolves when every answer has gone out, or was given up. */
  async answered(): Promise<void> {
    await Promise.all(this.#answering)
  }

  #isOld({ sentAt }: Incoming): boolean {
    return this.#setup.clock.now() - sentAt > OLD_MS
  }

  #enqueue(message: Incoming): void {
    this.#last = this.#last.then(() => this.#work(message)).catch(this.#setup.log.error)
  }

  async #work(message: Incoming): Promise<void> {
    if (this.#stopped) return
    const { reply, outcome } = await this.#reply(message)
    await this.#setup.mailbox.done(message, outcome)
    if (reply === null) return
    const answering = this.#answer(message, reply).finally(() => this.#answering.delete(answering))
    this.#answering.add(answering)
  }

  async #reply(message: Incoming): Promise<{ readonly reply: Reply | null; readonly outcome: string }> {
    const { access, mailbox, commands, desk, log } = this.#setup
    const { platform, user, place, name, text } = message
    const role = roleOf(access, platform, user)
    const open = commandOf(text, commands)?.command.open === true
    if (this.#isOld(message)) {
      // it may have been done just before the end, and only the answer is missing
      const before = await desk.under(wishId(message)).earlier()
      if (before !== null) return { reply: replyOf([before]), outcome: 'answered' }
      return { reply: role === null ? null : TOO_LATE, outcome: 'too old' }
    }
    if (!open && (role === null || !isAnswered(access, message))) {
      const before = await mailbox.count(message, STRANGER)
      if (before === 0)
        log.warn(`${platform}: ${role === null ? 'a stranger' : role} ${user} (${name}) was refused${place === null ? '' : ` in ${place}`}`)
      return { reply: before > 0 ? null : role === null ? NOT_LISTED : NOT_HERE, outcome: STRANGER }
    }
    const person: Person = { name: `${name} (${platform} ${user})`, role, from: { platform, user, place } }
    let failed = false
    const report = (error: unknown): void => {
      failed = true
      log.error(error)
    }
    const reply = await dispatch({ text, person, commands, desk: desk.under(wishId(message)), report })
    return { reply, outcome: failed ? 'failed' : 'answered' }
  }

  // An answer that does not arrive never undoes or repeats what was done.
  async #answer(message: Incoming, reply: Reply): Promise<void> {
    const { messengers, clock, log } = this.#setup
    const messenger = messengers.find(({ platform }) => platform === message.platform)!
    const hidden = this.#hidden(reply)
    // answers to interactions of Discord do not count as messages to a channel
    const group = message.platform === 'telegram' && message.place !== null
    const until = clock.now() + GIVE_UP_MS
    for (let tries = 1; ; tries++) {
      await this.#pace.turn({ platform: message.platform, chat: message.chat, group }, false)
      const delivery = await messenger.answer(message, hidden)
      if (delivery.kind === 'sent') return
      if (delivery.kind === 'gone' || clock.now() >= until || this.#stopped)
        return log.warn(`${message.platform}: the answer to ${message.user} did not arrive: ${delivery.reason}`)
      await clock.wait(Math.max(delivery.after, Math.min(RETRY_MS * tries, LONGEST_RETRY_MS)))
    }
  }

  #hidden({ blocks, buttons }: Reply): Reply {
    const { hide } = this.#setup
    return {
      blocks: blocks.map(block =>
        block.kind === 'text'
          ? { kind: 'text', text: hide(block.text) }
          : { ...block, head: block.head.map(hide), rows: block.rows.map(row => row.map(hide)) },
      ),
      buttons: buttons.map(button => ({ ...button, label: hide(button.label) })),
    }
  }
}
