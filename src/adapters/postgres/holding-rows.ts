/** A holding is two rows: its position, and its protection if it has a plan. */
import type { Insertable, Selectable } from 'kysely'
import { format, money, price, quantity } from '#domain/money.ts'
import type { Holding, Plan } from '#domain/slot.ts'
import type { Time } from '#domain/time.ts'
import { instant } from './rows.ts'
import type { PositionsTable, ProtectionsTable } from './tables.ts'

// "never" is no instant for whoever reads the table
const instantOrNone = (time: Time): string | null => (time === 0 ? null : instant(time))
const timeOrNever = (date: Date | null): Time => (date === null ? 0 : date.getTime()) as Time

/** The row of a holding without its plan. */
export const positionRow = (account: string, holding: Holding): Insertable<PositionsTable> => ({
  account,
  owner: holding.owner,
  symbol: holding.symbol,
  quantity: format(holding.position.quantity),
  cost: format(holding.position.cost),
  opened_at: instantOrNone(holding.position.openedAt),
  realised: format(holding.position.realised),
  bought: format(holding.position.bought),
  sold: format(holding.position.sold),
  fees: format(holding.position.fees),
  volume: format(holding.position.volume),
  leaving_reason: holding.leaving === null ? null : holding.leaving.reason,
  leaving_quantity: holding.leaving === null ? null : format(holding.leaving.quantity),
  stopped_at: instantOrNone(holding.stoppedAt),
  pending: format(holding.pending),
})

/** The row of a holding's plan. */
export const protectionRow = (account: string, { owner, symbol }: Holding, plan: Plan): Insertable<ProtectionsTable> => ({
  account,
  owner,
  symbol,
  stop: format(plan.stop),
  target: format(plan.target),
  gap: format(plan.gap),
  peak: format(plan.peak),
  partial: plan.partial,
  partial_done: plan.partialDone,
  time_limit: plan.timeLimit,
  candles: plan.candles,
})

/** A holding of its position's row and its protection's, if it has one. */
export const holdingOf = (row: Selectable<PositionsTable>, plan: Selectable<ProtectionsTable> | undefined): Holding => ({
  owner: row.owner,
  symbol: row.symbol,
  position: {
    owner: row.owner,
    symbol: row.symbol,
    quantity: quantity(row.quantity),
    cost: money(row.cost),
    openedAt: timeOrNever(row.opened_at),
    realised: money(row.realised),
    bought: money(row.bought),
    sold: money(row.sold),
    fees: money(row.fees),
    volume: quantity(row.volume),
  },
  plan: plan === undefined ? null : planOf(plan),
  leaving:
    row.leaving_reason === null || row.leaving_quantity === null
      ? null
      : { reason: row.leaving_reason, quantity: quantity(row.leaving_quantity) },
  stoppedAt: timeOrNever(row.stopped_at),
  pending: money(row.pending),
})

const planOf = (row: Selectable<ProtectionsTable>): Plan => ({
  stop: price(row.stop),
  target: price(row.target),
  gap: price(row.gap),
  peak: price(row.peak),
  partial: row.partial,
  partialDone: row.partial_done,
  timeLimit: row.time_limit,
  candles: row.candles,
})
