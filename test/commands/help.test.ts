import { expect, test } from 'vitest'
import { argumentsOf, usageOf } from '#command'
import { commands, shown, type } from '../support/fake-desk.ts'

test('help lists what a person may, with what it does', async () => {
  expect((await type('help', {}, 'trader')).shown).toMatchInlineSnapshot(`
    "alerts: How loud news are; an admin may change it
    balance: What the account has, asset by asset
    buy: Buy at the market, or at a limit
    close: Close a position at the market, all of it
    exposure: How much of equity is in what, and the limits
    halt: Stop strategies altogether; stops stay in place
    help: List the commands, or explain one
    pause: No new entries of strategies; people may buy
    pnl: Profit by span, strategy and symbol
    positions: What is held, with its stop; more with a symbol
    reduce: No new entries at all, waiting ones are cancelled
    resume: Trade again after pause, reduce or halt
    sell: Sell at the market, a part or all
    signals: The last decisions, the denied ones too
    status: How things stand: mode, equity, profit
    stoploss: Move or take away the stop of a position
    strategies: Which strategies run, and where
    strategy: Show a strategy; an admin may change it
    target: Move or take away the target of a position
    trades: The last trades, newest first
    version: Which version runs
    whoami: Your numeric id and your role
    why: Why a symbol was bought, sold or left alone
    help and a command's name explains it, for example: help trades. 1 more need another role than trader."
  `)
})

test('a viewer is told that there is more', async () => {
  const { shown } = await type('/start', {}, 'viewer')
  expect(shown).toMatchInlineSnapshot(`
    "alerts: How loud news are; an admin may change it
    balance: What the account has, asset by asset
    exposure: How much of equity is in what, and the limits
    help: List the commands, or explain one
    pnl: Profit by span, strategy and symbol
    positions: What is held, with its stop; more with a symbol
    signals: The last decisions, the denied ones too
    status: How things stand: mode, equity, profit
    strategies: Which strategies run, and where
    strategy: Show a strategy; an admin may change it
    trades: The last trades, newest first
    version: Which version runs
    whoami: Your numeric id and your role
    why: Why a symbol was bought, sold or left alone
    help and a command's name explains it, for example: help trades. 10 more need another role than viewer."
  `)
})

test('help buy', async () => {
  expect(await shown('help buy')).toMatchInlineSnapshot(`
    "Buy at the market, or at a limit.
    Usage: buy <symbol> [amount] [limit=price] [stop=3%] [target=10%]
    symbol: a traded symbol, for example btc
    amount: 0.01, "50 eur", or 5% of equity; else the usual size
    limit: the highest price to pay
    stop: a price, or a distance such as 3%; else the usual stop
    target: a price, or a distance such as 10%
    Example: buy btc 50 eur
    Example: buy btc 0.01 stop=3%
    Example: buy eth 5% limit=1500 target=10%
    Also: b
    Role: trader; with real money it is refused until it can be confirmed"
  `)
})

test('an alias, a slash and a name that is none', async () => {
  expect((await shown('help sl')).split('\n')[1]).toBe('Usage: stoploss <symbol> <price|3%|off> [owner]')
  expect((await shown('h /strategy')).split('\n')[0]).toBe('Show a strategy; an admin may change it.')
  expect((await shown('? nonsense')).split('\n')[0]).toBe('There is no command "nonsense".')
})

test('every command explains itself: summary, arguments, examples that can be read', async () => {
  const dull = [...commands].flatMap(([name, command]) => [
    ...(command.summary.length > 50 || command.summary.endsWith('.') ? [`${name}: summary`] : []),
    ...argumentsOf(command)
      .filter(({ description }) => description === '')
      .map(argument => `${name} ${argument.name}: description`),
  ])
  expect(dull).toEqual([])
  for (const [name, { examples = [] }] of commands)
    for (const example of examples) expect.soft(await shown(`${name} ${example}`)).not.toContain('For example:')
})

test('names and aliases are unique', () => {
  const names = [...commands].flatMap(([name, { aliases = [] }]) => [name, ...aliases])
  expect(names).toHaveLength(new Set(names).size)
})

test('usage lines', () => {
  expect([...commands].map(([name, command]) => usageOf(name, command))).toMatchInlineSnapshot(`
    [
      "adjust <asset> [confirm] [owner]",
      "alerts [signal|order|fill|stop_moved|stop_hit|denied|halt|start|stop|trouble] [loud|silent|off]",
      "balance",
      "buy <symbol> [amount] [limit=price] [stop=3%] [target=10%]",
      "close <symbol> [owner]",
      "exposure",
      "halt",
      "help [command]",
      "pause",
      "pnl [today|7d|30d|all]",
      "positions [symbol]",
      "reduce",
      "resume",
      "sell <symbol> [amount] [owner]",
      "signals [symbol] [count]",
      "status",
      "stoploss <symbol> <price|3%|off> [owner]",
      "strategies",
      "strategy <name> [enable|disable] [symbols btc,eth] [parameter=value …]",
      "target <symbol> <price|10%|off> [owner]",
      "trades [symbol] [count]",
      "version",
      "whoami",
      "why <symbol> [count]",
    ]
  `)
})
