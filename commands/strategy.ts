import { z } from 'zod'
import { argument, choice, defineCommand, replyOf, symbolOf, table, UsageError } from '#command'
import { percentText } from '#domain/show.ts'
import type { Desk, StrategyChange, StrategyRow } from '#ports/desk.ts'

const orNone = (text: string): string => (text === '' ? '-' : text)

function describe({
  name,
  title,
  enabled,
  timeframe,
  schedule,
  symbols,
  fields,
  allocation,
  trouble,
}: StrategyRow): (string | ReturnType<typeof table>)[] {
  const lines = [
    `${title} (${name}) is ${enabled ? 'on' : 'off'}.`,
    `Candles ${timeframe}${schedule === null ? '' : `, looked at by schedule ${schedule}`}`,
    `Symbols ${symbols.length === 0 ? 'none' : symbols.join(', ')}`,
    ...(allocation === null ? [] : [`Allocation ${percentText(allocation, 1)} of equity`]),
    ...(trouble === null ? [] : [`Trouble: ${trouble}`]),
  ]
  const parameters = fields.map(({ name, value, fallback, env }) => [name, orNone(value), orNone(fallback), env ?? ''])
  return [lines.join('\n'), ...(fields.length === 0 ? [] : [table(['Parameter', 'Value', 'Default', 'Variable'], parameters, [1, 2])])]
}

async function find(desk: Desk, text: string): Promise<StrategyRow> {
  const all = await desk.strategies()
  const found = all.find(({ name }) => name.toLowerCase() === text.toLowerCase())
  if (found === undefined) throw new UsageError(`there is no strategy "${text}". There is: ${all.map(({ name }) => name).join(', ')}`)
  return found
}

/** The parameters as the strategy writes them; `default` puts one back. */
function parametersOf(strategy: StrategyRow, pairs: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(pairs).map(([key, value]) => {
      const field = strategy.fields.find(({ name }) => name.toLowerCase() === key.toLowerCase())
      if (field === undefined) {
        const names = strategy.fields.map(({ name }) => name).join(', ')
        throw new UsageError(`"${key}" is no parameter of ${strategy.name}. It has: ${orNone(names)}`)
      }
      return [field.name, value.toLowerCase() === 'default' ? null : value]
    }),
  )
}

export default defineCommand({
  summary: 'Show a strategy; an admin may change it',
  role: 'viewer',
  roleFor: ({ action, symbols, params }) => (action === undefined && symbols === undefined && params === undefined ? 'viewer' : 'admin'),
  examples: ['rsi', 'rsi disable', 'rsi oversold=25 overbought=75', 'rsi oversold=default', 'rsi symbols btc,eth'],
  args: z.object({
    name: argument('strategy', { description: 'its name, as strategies lists it' }),
    action: choice(['enable', 'disable'], 'switch it on or off').optional(),
    symbols: z
      .array(z.string())
      .min(1, 'name at least one')
      .meta({ kind: 'list', description: 'what it shall trade, from now on', named: true, hint: 'btc,eth' })
      .optional(),
    params: z
      .record(z.string(), z.string())
      .meta({ kind: 'pairs', description: 'parameters as name=value, or name=default', hint: 'parameter=value' })
      .optional(),
  }),
  async run(desk, { name, action, symbols, params }, { person }) {
    const strategy = await find(desk, name)
    const change: StrategyChange = {
      ...(action === undefined ? {} : { enabled: action === 'enable' }),
      ...(symbols === undefined ? {} : { symbols: [...new Set(symbols.map(text => symbolOf(desk, text).symbol))] }),
      ...(params === undefined ? {} : { params: parametersOf(strategy, params) }),
    }
    if (Object.keys(change).length > 0) {
      const { message } = await desk.changeStrategy(person.name, strategy.name, change)
      return replyOf([message], [{ label: 'Show', command: `strategy ${strategy.name}` }])
    }
    const flip = strategy.enabled
      ? { label: 'Disable', command: `strategy ${strategy.name} disable` }
      : { label: 'Enable', command: `strategy ${strategy.name} enable` }
    return replyOf(describe(strategy), [flip])
  },
})
