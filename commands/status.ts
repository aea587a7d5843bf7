import { z } from 'zod'
import { defineCommand, refresh, replyOf } from '#command'
import { type Money, partOf, subtract } from '#domain/money.ts'
import { ageText, amountText, signedPercentText, signedText } from '#domain/show.ts'
import { formatTime } from '#domain/time.ts'
import type { Status } from '#ports/desk.ts'

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const changed = (now: Money, before: Money): string => signedPercentText(partOf(subtract(now, before), before))

// A replay's time is long past.
const upText = ({ time, started }: Status): string => (time < started ? '' : `, up for ${ageText(time - started)}`)

const describe = (status: Status): string =>
  [
    `${status.trading === 'demo' ? 'Demo' : 'LIVE'}, ${status.mode}`,
    `${formatTime(status.time)} UTC${upText(status)}`,
    `Equity ${amountText(status.equity)} ${status.quote} (${changed(status.equity, status.startEquity)})`,
    `Holding would be ${status.holding === null ? 'n/a' : `${amountText(status.holding)} (${changed(status.holding, status.startEquity)})`}`,
    `Realised ${signedText(status.realised)}, open ${signedText(status.unrealised)}, fees ${amountText(status.fees)}`,
    `${plural(status.openPositions, 'position', 'positions')}, ${plural(status.openOrders, 'open order', 'open orders')}`,
    `${plural(status.strategies, 'strategy', 'strategies')} on ${status.symbols.join(', ')}`,
  ].join('\n')

export default defineCommand({
  summary: 'How things stand: mode, equity, profit',
  role: 'viewer',
  aliases: ['st'],
  args: z.object({}),
  async run(desk) {
    const status = await desk.status()
    return replyOf(
      [describe(status)],
      [{ label: 'Positions', command: 'positions' }, { label: 'Profit', command: 'pnl' }, refresh('status')],
    )
  },
})
