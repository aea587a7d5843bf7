/** Order lists: OCO, OTO, OTOCO, OPO, OPOCO. What they are; the venue carries them out. */
import type { Draft, Order } from './order.ts'

/** The kinds of lists. OTOCO, OPO and OPOCO report their contingency as OTO. */
export type ListKind = 'OCO' | 'OTO' | 'OTOCO' | 'OPO' | 'OPOCO'

/** A list of the account. */
export interface List {
  readonly id: number
  readonly kind: ListKind
  readonly contingency: 'OCO' | 'OTO'
  readonly clientId: string
  readonly symbol: string
  readonly orders: Order[]
  /** The first order of an OTO or OPO; null for an OCO. */
  readonly working: Order | null
  /** The legs that go live once the working order is filled, as they were asked for. */
  readonly pending: readonly Draft[]
  time: number
  /** What an OPO's working order received so far, locked for its legs. */
  held: bigint
  /** True once its end was told. */
  done: boolean
}

/** A list as it is asked for. `working` null: an OCO, whose two legs go live at once. */
export interface ListDraft {
  readonly kind: ListKind
  readonly symbol: string
  readonly clientId: string | null
  readonly working: Draft | null
  readonly legs: readonly Draft[]
}

/** True for lists whose legs are sized by what the working order received. */
export const paysTheOther = (kind: ListKind): boolean => kind === 'OPO' || kind === 'OPOCO'
