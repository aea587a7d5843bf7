import { describe, expect, test } from 'vitest'
import { roles } from '#command'
import { Fault } from '#domain/fault.ts'
import { distance, wordsOf } from '../../src/chat/words.ts'
import { dispatch } from '../../src/chat/dispatch.ts'
import { commands, fakeDesk, type } from '../support/fake-desk.ts'

describe('roles', () => {
  /** The least that a command takes, and who may: by the table, not by the commands' own words. */
  const table: Readonly<Record<string, readonly string[]>> = {
    viewer: [
      'help',
      'status',
      'balance',
      'positions',
      'trades',
      'pnl',
      'exposure',
      'strategies',
      'strategy rsi',
      'signals',
      'why btc',
      'version',
      'alerts',
      'whoami',
    ],
    trader: ['buy btc', 'sell btc', 'close btc', 'stoploss btc 3%', 'target btc 3%', 'pause', 'resume', 'reduce', 'halt'],
    admin: [
      'adjust btc',
      'adjust btc confirm',
      'alerts fill off',
      'strategy rsi enable',
      'strategy rsi window=10',
      'strategy rsi symbols btc',
    ],
  }

  test('every command is in the table', () => {
    const named = new Set(Object.values(table).flatMap(texts => texts.map(text => text.split(' ')[0])))
    expect([...commands.keys()].filter(name => !named.has(name))).toEqual([])
  })

  test.each(
    Object.entries(table).flatMap(([needs, texts]) =>
      texts.flatMap(text =>
        roles.map(role => ({ text, role, needs, may: roles.indexOf(role) >= roles.findIndex(known => known === needs) })),
      ),
    ),
  )('$text as $role: $may', async ({ text, role, needs, may }) => {
    const { shown, asked } = await type(text, {}, role)
    expect(shown.includes(`needs the role ${needs}; yours is ${role}.`)).toBe(!may)
    expect(may || asked.length === 0).toBe(true)
  })

  test.each(['buy btc', 'sell btc', 'close btc', 'stoploss btc 3%', 'target btc 3%'])(
    '%s with real money is refused until it can be confirmed',
    async text => {
      const { desk } = fakeDesk()
      const { asked, shown } = await type(text, { status: async () => ({ ...(await desk.status()), trading: 'live' }) })
      expect(asked).toEqual([])
      expect(shown).toContain('needs a confirmation, which is not there yet: nothing was done')
    },
  )

  test('a stranger may nothing but what is open', async () => {
    const { desk, asked } = fakeDesk()
    const ask = (text: string) => dispatch({ text, person: { name: 'eve', role: null }, commands, desk, report: () => {} })
    const texts = Object.values(table)
      .flat()
      .filter(text => text !== 'whoami')
    const answers = await Promise.all(texts.map(async text => JSON.stringify(await ask(text))))
    expect(answers.filter(answer => !answer.includes('you have none'))).toEqual([])
    expect(JSON.stringify(await ask('whoami'))).not.toContain('you have none')
    expect(asked).toEqual([])
  })

  test('only what trades with money is confirmed when live', () => {
    const confirmed = [...commands].filter(([, { confirm }]) => confirm === 'live').map(([name]) => name)
    expect(confirmed).toEqual(['buy', 'close', 'sell', 'stoploss', 'target'])
  })
})

describe('the command', () => {
  test.each([
    ['version', 'RootTrading 0.1.0'],
    ['/version', 'RootTrading 0.1.0'],
    ['  / Version  ', 'RootTrading 0.1.0'],
    ['/version@RootBot', 'RootTrading 0.1.0'],
    ['', 'Write a command; help lists them.'],
    [' / ', 'Write a command; help lists them.'],
    ['verison', 'There is no command "verison". Did you mean version? help lists them all.'],
    ['/bbuy btc', 'There is no command "bbuy". Did you mean buy? help lists them all.'],
    ['stoplos btc', 'Did you mean stoploss?'],
    ['positoins', 'Did you mean positions?'],
    ['xyzzy', 'There is no command "xyzzy". help lists them all.'],
    ['constructor', 'There is no command "constructor". help lists them all.'],
    ['__proto__', 'There is no command "__proto__". help lists them all.'],
    ['a'.repeat(500), `There is no command "${'a'.repeat(20)}".`],
    [`buy ${'btc '.repeat(300)}`, 'That is too long: a command has at most 1000 characters.'],
  ])('%s: %s', async (text, says) => {
    const { shown, asked, reported } = await type(text)
    expect(shown).toContain(says)
    expect({ asked, reported }).toEqual({ asked: [], reported: [] })
  })

  test('a viewer is not pointed to what only a trader may', async () => {
    expect((await type('buyy', {}, 'viewer')).shown).not.toContain('Did you mean')
  })
})

describe('arguments', () => {
  test.each([
    ['trades "btc" \'20\'', []],
    ['trades “btc”', []],
    ['trades symbol=btc COUNT=20', []],
    ['trades btc eth', ['"eth" cannot be count (how many, 1 to 100 (else 5)).']],
    ['trades btc 20 30', ['"30" is one word too many.']],
    ['trades btc symbol=eth', ['Symbol is given twice.']],
    ['trades 2.5', ['Count: a whole number is needed.']],
    ['trades count=many', ['Count: a whole number is needed.']],
    ['trades size=3', ['There is no size=; there is symbol=, count=.']],
    ['version now=1', ['There is no now=.']],
    ['buy "btc', ['The quote before btc is not closed.']],
    ['buy btc amount=50 eur', []],
    ['buy amount=50 eur symbol=btc', []],
  ])('%s: %j', async (text, problems) => {
    const { shown, reported } = await type(text)
    expect(shown.includes('\nUsage: ') ? [shown.split('\n')[0]] : []).toEqual(problems)
    expect(reported).toEqual([])
  })

  test.each([
    ['a  b', ['a', 'b']],
    ['k=v K = "v w"', ['k=v', 'K=v w']],
    ["it's 'two words'", ["it's", '*two words']],
    ['"a=b"', ['*a=b']],
    ['“smart quotes” „low“ ‘single’', ['*smart quotes', '*low', '*single']],
    ['""', ['*']],
    ['50\u00a0eur\n3%', ['50', 'eur', '3%']],
  ])('words of %j', (text, words) => {
    const read = wordsOf(text).map(({ key, quoted, text }) => `${key === null ? (quoted ? '*' : '') : `${key}=`}${text}`)
    expect(read).toEqual(words)
  })

  test.each([
    ['sell', 'sell', 0],
    ['sel', 'sell', 1],
    ['slel', 'sell', 1],
    ['bell', 'sell', 1],
    ['', 'sell', 4],
    ['status', 'start', 3],
  ])('from %s to %s it takes %i', (from, to, steps) => {
    expect(distance(from, to)).toBe(steps)
  })
})

describe('what goes wrong below', () => {
  const failing = (error: unknown) => ({
    async status() {
      throw error
    },
  })

  test.each([
    ['retry', 'the database does not answer', 'That did not work just now. The database does not answer. Try again in a moment.'],
    ['refused', 'Binance says no.', 'That was refused. Binance says no.'],
    ['unknown_outcome', 'order 7 timed out', 'No answer came, so it is not known whether it was done. Order 7 timed out. Look at'],
    ['misconfigured', 'set PGHOST\n    at secret.ts:1', 'That cannot work as things are set up. Set PGHOST.'],
  ] as const)('a fault %s is told', async (kind, message, says) => {
    const { shown, reported } = await type('status', failing(new Fault(kind, message)))
    expect(shown).toContain(says)
    expect(shown).not.toContain('secret')
    expect(reported).toEqual([])
  })

  test('anything else is reported, and told without its words', async () => {
    const error = new TypeError('key=SECRET is not a function')
    const { shown, reported } = await type('status', failing(error))
    expect(shown).toBe('Something went wrong inside; it was logged.')
    expect(reported).toEqual([error])
  })
})
