/** Every card, by theme. */
import type { Card } from '../card.ts'
import { balances } from './balances.ts'
import { cancelAndReplace } from './cancel-and-replace.ts'
import { clientIds } from './client-ids.ts'
import { orderLists } from './order-lists.ts'
import { orderTypes } from './order-types.ts'
import { timeInForce } from './time-in-force.ts'

/** The themes, in the order in which they are run. */
export const themes: Readonly<Record<string, readonly Card[]>> = {
  'client ids': clientIds,
  'order types': orderTypes,
  'time in force': timeInForce,
  balances,
  'cancel and replace': cancelAndReplace,
  'order lists': orderLists,
}

/** All cards. */
export const allCards: readonly Card[] = Object.values(themes).flat()
