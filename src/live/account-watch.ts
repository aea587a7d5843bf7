/**
 * Compares what an account outside holds with what the record says, since people may withdraw there, and trade by hand. That more is there is
 * theirs. That less is there is told, and keeps strategies from entering until a person has seen to it; exits and protection go on.
 *
 * What the account says may lag behind our record, and our record behind the account (an event was lost, and is found by asking). So a look
 * counts only where it shows less than the record said at any moment from `BEHIND_MS` before it to `AHEAD_MS` after it. Two have to, within
 * `TOGETHER_MS`, and none in between that shows all of it; one around which something was traded, and which may show either, counts for neither.
 */
import { Fault } from '#domain/fault.ts'
import { format, least, type Quantity, quantity, zero } from '#domain/money.ts'
import type { Engine } from '#engine'
import type { Clock } from '#ports/clock.ts'
import type { Exchange, Holdings } from '#ports/exchange.ts'
import { recordedIn, type Recorded } from './recorded.ts'
import type { Wish } from './shell.ts'
import { setMode } from './wishes.ts'

/** What it is made of. */
export interface WatchSetup {
  readonly engine: Engine
  readonly exchange: Pick<Exchange, 'busy'>
  readonly clock: Clock
  /** Asks for what the account holds. Throws a Fault. */
  ask(): Promise<Holdings>
  wish<Answer>(wish: Wish<Answer>): Promise<Answer>
  /** What was told last, as the settings have it under `SHORT_KEY`; undefined: nothing. */
  readonly told: string | undefined
}

/** Under which key the settings keep what people were told is missing. */
export const SHORT_KEY = 'account.short'
/** In whose name it acts. */
const WATCH = 'RootTrading'

const LESS = ' The account holds less than the record says.'
const LOOK_MS = 6_000
const BUSY_MS = 1_000
/** Something may be on its way for long, such as a cancel on a halted symbol. */
const MOST_BUSY_MS = 60_000
/** The account may be so far behind, or ahead of what we heard: orders are asked for every ten seconds. */
const BEHIND_MS = 10_000
const AHEAD_MS = 15_000
const TOGETHER_MS = 45_000
const ENOUGH = 2

type Amounts = ReadonlyMap<string, Quantity>

/** How much of an asset is missing at least; `exact`: just so much, since nothing of it was traded around the look. */
export interface Lack {
  readonly by: Quantity
  readonly exact: boolean
}

// What looks say of an asset: those that showed too little, the newest first, or how many showed all of it one after the other.
interface Evidence {
  readonly lacks: readonly (Lack & { readonly at: number })[]
  readonly wholes: number
}

const NO_EVIDENCE: Evidence = { lacks: [], wholes: 0 }

// Asked for and answered: it is of some instant in between.
interface Look {
  readonly from: number
  readonly until: number
  /** Assets of orders of which it was not known then what became of them. */
  readonly unsure: ReadonlySet<string>
  readonly holds: Holdings
}

/** The watch of one core. */
export class AccountWatch {
  readonly #setup: WatchSetup
  /** What the record said, from when on. */
  readonly #said: { readonly from: number; readonly recorded: ReadonlyMap<string, Recorded> }[] = []
  readonly #unjudged: Look[] = []
  readonly #evidence = new Map<string, Evidence>()
  #told: Amounts
  #busySince: number | null = null

  constructor(setup: WatchSetup) {
    this.#setup = setup
    this.#told = readAmounts(setup.told)
  }

  /** What is missing for certain, by asset. */
  get missing(): ReadonlyMap<string, Lack> {
    const certain = [...this.#evidence].flatMap(([asset, { lacks }]): [string, Lack][] => {
      const [last, before] = lacks
      return last === undefined || before === undefined ? [] : [[asset, lesser(last, before)]]
    })
    return new Map(certain)
  }

  /** What the account holds now. Throws a Fault. */
  ask(): Promise<Holdings> {
    return this.#setup.ask()
  }

  /** The record has changed. */
  note(): void {
    const { clock, engine } = this.#setup
    this.#said.push({ from: clock.now(), recorded: recordedIn(engine) })
  }

  /** Looks until it is called off. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#setup
    // what the account says may be older than this start
    await clock.wait(LOOK_MS, signal)
    while (!signal.aborted) {
      const looked = await this.#look(signal)
      if (looked && !signal.aborted) await this.#judge()
      await clock.wait(looked ? LOOK_MS : BUSY_MS, signal)
    }
  }

  // False while something is on its way: what it did is in the one and may not be in the other.
  async #look(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#setup
    if (this.#waits()) return false
    this.note()
    const from = clock.now()
    const before = this.#inFlight()
    try {
      const holds = await this.#setup.ask()
      if (this.#waits() || signal.aborted) return false
      this.#unjudged.push({ from, until: clock.now(), unsure: new Set([...before, ...this.#inFlight()]), holds })
    } catch (error) {
      // whoever looks after orders tells that Binance cannot be reached
      if (!(error instanceof Fault)) throw error
    }
    return true
  }

  #waits(): boolean {
    const { clock, exchange } = this.#setup
    if (!exchange.busy) this.#busySince = null
    else this.#busySince ??= clock.now()
    return this.#busySince !== null && clock.now() - this.#busySince < MOST_BUSY_MS
  }

  #inFlight(): string[] {
    const open = this.#setup.engine.trader.orders.open.values()
    return open.flatMap(({ order: { status }, slot: { market } }) =>
      status === 'sending' || status === 'unknown' ? [market.info.base, market.info.quote] : [],
    )
  }

  async #judge(): Promise<void> {
    const now = this.#setup.clock.now()
    this.note()
    for (let [look] = this.#unjudged; look !== undefined && look.until <= now - AHEAD_MS; [look] = this.#unjudged) {
      this.#unjudged.shift()
      this.#weigh(look)
    }
    // what was said before the last change before them is of no use any more
    this.#said.splice(0, this.#inForce((this.#unjudged[0]?.from ?? now) - BEHIND_MS))
    await this.#tell()
  }

  // Against the least that the record said around it.
  #weigh({ from, until, unsure, holds }: Look): void {
    const said = this.#said.slice(this.#inForce(from - BEHIND_MS))
    const around = said.flatMap(one => (one.from <= until + AHEAD_MS ? [one.recorded] : []))
    const latest = around.at(-1)!
    for (const asset of new Set([...latest.keys(), ...this.#told.keys(), ...this.#evidence.keys()])) {
      if (unsure.has(asset)) continue
      const of = (what: 'amount' | 'needed'): Quantity[] => around.map(recorded => recorded.get(asset)?.[what] ?? zero())
      const amounts = of('amount')
      const held = holds.get(asset) ?? 0n
      const by = (lowest(amounts) - held) as Quantity
      const exact = new Set(amounts).size === 1
      const { lacks, wholes } = this.#evidence.get(asset) ?? NO_EVIDENCE
      if (by >= roomOf(latest, asset) || held < lowest(of('needed'))) {
        const before = lacks.filter(({ at }) => at >= from - TOGETHER_MS)
        this.#evidence.set(asset, { lacks: [{ by, exact, at: from }, ...before].slice(0, ENOUGH), wholes: 0 })
      } else if (exact) this.#evidence.set(asset, { lacks: [], wholes: wholes + 1 })
    }
  }

  // Which of what was said counted at an instant.
  #inForce(time: number): number {
    const index = this.#said.findLastIndex(({ from }) => from <= time)
    return Math.max(0, index)
  }

  async #tell(): Promise<void> {
    const { engine } = this.#setup
    const recorded = recordedIn(engine)
    const changed = [...this.missing].filter(([asset, lack]) => this.#isNews(asset, lack, roomOf(recorded, asset)))
    const whole = [...this.#told.keys()].filter(asset => (this.#evidence.get(asset)?.wholes ?? 0) >= ENOUGH)
    if (changed.length + whole.length === 0) return
    const kept = [...this.#told].filter(([asset]) => !whole.includes(asset))
    const told = new Map([...kept, ...changed.map(([asset, { by }]) => [asset, by] as const)])
    const texts = changed.map(([asset, lack]) => shortText(asset, lack, recorded.get(asset)))
    try {
      await this.#setup.wish({
        person: WATCH,
        text: changed.length === 0 ? 'what the account holds' : `pause: ${texts.join(' ')}`,
        run(_, records, time) {
          records.setting(SHORT_KEY, told.size === 0 ? null : textOf(told))
          const { mode } = engine.trader
          const wholes = whole.map(asset => wholeText(asset, mode === 'running'))
          for (const text of wholes) records.account('whole', WATCH, text, time)
          for (const text of texts) records.account('short', WATCH, text, time)
          if (texts.length > 0 && mode === 'running') setMode(engine, records, WATCH, 'paused', time, LESS)
          return { message: [...texts, ...wholes].join(' ') }
        },
      })
      this.#told = told
    } catch (error) {
      // a core that is built anew looks by itself
      if (!(error instanceof Fault)) throw error
    }
  }

  // Once that something is missing is told, only an exact figure says that it has changed.
  #isNews(asset: string, { by, exact }: Lack, room: Quantity): boolean {
    const told = this.#told.get(asset)
    if (told === undefined) return true
    const apart = by > told ? by - told : told - by
    return exact && apart >= room
  }
}

const roomOf = (recorded: ReadonlyMap<string, Recorded>, asset: string): Quantity => recorded.get(asset)?.room ?? (1n as Quantity)

const lowest = (amounts: readonly Quantity[]): Quantity => amounts.reduce((one, other) => least(one, other))

const lesser = (one: Lack, other: Lack): Lack => ({
  by: least(one.by, other.by),
  exact: one.exact && other.exact && one.by === other.by,
})

const shortText = (asset: string, { by, exact }: Lack, recorded: Recorded | undefined): string => {
  const parts = (recorded?.parts ?? []).map(({ of, amount }) => `${of} ${format(amount)}`).join(', ')
  return (
    `The account holds ${exact ? '' : 'at least '}${format(by)} ${asset} less than the record says (${parts}): it was withdrawn, or sold or spent by hand, or fees were taken of it. ` +
    `Strategies do not enter now; exits and protection go on, but what is not there cannot be sold. Put it back, or write it off with: adjust ${asset}. ` +
    'After that: resume.'
  )
}

const wholeText = (asset: string, running: boolean): string =>
  `The account holds all of the ${asset} that the record says again.${running ? '' : ' resume lets strategies enter.'}`

const textOf = (amounts: Amounts): string => JSON.stringify(Object.fromEntries([...amounts].map(([asset, by]) => [asset, format(by)])))

const readAmounts = (text: string | undefined): Amounts =>
  new Map(Object.entries(JSON.parse(text ?? '{}') as Record<string, string>).map(([asset, by]) => [asset, quantity(by)]))
