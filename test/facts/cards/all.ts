/** Every card, by theme. */
import type { Card } from '../card.ts'
import { clientIds } from './client-ids.ts'

/** The themes, in the order in which they are run. */
export const themes: Readonly<Record<string, readonly Card[]>> = {
  'client ids': clientIds,
}

/** All cards. */
export const allCards: readonly Card[] = Object.values(themes).flat()
