import { z } from 'zod'
import { argument, choice, defineCommand, ownerArgument, replyOf, table } from '#command'
import { quantityText } from '#domain/show.ts'
import type { AssetRow } from '#ports/desk.ts'

const figures = ({ holds, parts, recorded, missing }: AssetRow): ReturnType<typeof table> =>
  table(
    ['', 'Amount'],
    [
      ['in the account', quantityText(holds)],
      ...parts.map(({ of, amount }) => [of, quantityText(amount)]),
      ['in the record', quantityText(recorded)],
      ['missing', quantityText(missing)],
    ],
    [1],
  )

function meaning({ asset, missing, certain }: AssetRow): string {
  if (missing === 0n)
    return `The account holds all of the ${asset} that the record says; what is more is yours. There is nothing to adjust.`
  if (certain === 0n) return 'It may still be on its way: it takes up to a minute to be sure, which is told.'
  return (
    `${quantityText(certain)} ${asset} were withdrawn, or sold or spent by hand. Put them back, or write them off: ` +
    'the record is put to what is there, at cost and without profit or loss, and protection to the new size.'
  )
}

export default defineCommand({
  summary: 'Compare with the exchange; write off what is gone',
  role: 'admin',
  examples: ['btc', 'btc confirm', 'btc rsi confirm'],
  args: z.object({
    asset: argument('word', { description: 'an asset, for example btc' }),
    action: choice(['confirm'], 'write it off').optional(),
    owner: ownerArgument.optional(),
  }),
  async run(desk, { asset, action, owner }, { person }) {
    if (action === 'confirm') {
      const { message } = await desk.adjust(person.name, { asset, owner: owner ?? null })
      return replyOf([message], [{ label: 'Positions', command: 'positions' }])
    }
    const row = await desk.compare(asset)
    if ('problem' in row) return replyOf([row.problem])
    const command = ['adjust', row.asset, ...(owner === undefined ? [] : [owner]), 'confirm'].join(' ')
    return replyOf([figures(row), meaning(row)], row.certain === 0n ? [] : [{ label: 'Write it off', command }])
  },
})
