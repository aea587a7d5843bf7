import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { backtestMain } from '../../src/cli/backtest.ts'
import { infoOf } from '../../src/cli/backtest-setup.ts'
import { plainBacktest, readPlain } from '../reference/plain.ts'

const data = (symbol: string): string => join(import.meta.dirname, `../../data/candles/${symbol}-4h.csv.gz`)
const BTC = data('BTCEUR')
const ADA = data('ADAEUR')

const folder = mkdtempSync(join(tmpdir(), 'backtest-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const day = 86_400_000
const csv = (name: string, count = 30, step = day): string =>
  file(name, Array.from({ length: count }, (_, i) => `${day + i * step},${100 + i},${102 + i},${99 + i},${101 + i},1000`).join('\n'))

const run = (...args: string[]) => runWith({}, ...args)
async function runWith(env: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = []
  const err: string[] = []
  let time = 0
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    now: () => (time += 7),
    env: { DATA_DIR: folder, ...env },
  }
  const code = await backtestMain(args, io)
  return { code, out, err }
}
const figures = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await run(...args, '--json')
  expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 1 })
  return JSON.parse(out[0]!) as Record<string, unknown>
}

describe('wrong input is told: what, the rule, the mend', () => {
  const rsi = ['--strategy', 'rsi', '--candles', BTC]
  const nameless = csv('candles.csv')
  const daily = csv('AAABTC-1d.csv')
  const odd = csv('EEEEUR-3d.csv', 30, 3 * day)
  const eth = csv('BBBETH-1d.csv')
  const huge = file('HUGEEUR-1d.csv', Array.from({ length: 9 }, (_, i) => `${day * i},1e16,2e16,1e16,${1 + (i % 2)}e16,1`).join('\n'))
  const bad = (name: string, text: string): string[] => ['--strategy', 'rsi', '--candles', file(name, text)]

  test.each<{ args: string[]; says: string }>([
    { args: [], says: '--strategy: it is missing. Name a strategy' },
    { args: ['--candles', BTC], says: '--strategy: it is missing.' },
    { args: ['--strategy', 'rsi'], says: '--candles: it is missing. Name a CSV file' },
    { args: ['--strategy', '--candles', BTC], says: `${BTC}: an option was expected.` },
    { args: [...rsi, '--colour', 'red'], says: '--colour: there is no such option. See --help.' },
    { args: [...rsi, '-x'], says: '-x: there is no such option.' },
    { args: [...rsi, 'data.csv'], says: 'data.csv: an option was expected.' },
    { args: [...rsi, '--cash'], says: '--cash: its value is missing.' },
    { args: [...rsi, '--json=yes'], says: '--json: it takes no value. Leave "yes" out.' },
    {
      args: ['--strategy', 'rsj', '--candles', BTC],
      says: '--strategy "rsj" is no strategy. There are: bollinger, ema-cross, ma-cross, rotation, rsi',
    },
    { args: ['--strategy', 'rsi', '--candles', 'nowhere-1d.csv'], says: 'nowhere-1d.csv: there is no such file. Name a CSV file' },
    { args: ['--strategy', 'rsi', '--candles', `${BTC},`], says: 'there is nothing between two commas.' },
    { args: ['--strategy', 'rsi', '--candles', folder, '--timeframe', '1d'], says: 'it cannot be read. Name a CSV file' },
    {
      args: ['--strategy', 'rsi', '--candles', nameless],
      says: `${nameless}: its name does not say the timeframe. Name it, such as --timeframe 1h.`,
    },
    { args: [...rsi, '--symbol', 'A,B'], says: '--symbol A,B: one symbol a file is needed, there are 1 files.' },
    { args: [...rsi, '--timeframe', '7h'], says: '--timeframe 7h: there is no such timeframe. Give one of 1m, 3m' },
    {
      args: [...rsi, '--timeframe', '1d'],
      says: 'candles lie 240 minutes apart, which is less than 1d. Name the right one with --timeframe.',
    },
    {
      args: ['--strategy', 'ema-cross', '--candles', odd],
      says: '--candles: ema-cross runs on 1d candles, which cannot be built from those of 3d.',
    },
    { args: [...rsi, '--from', 'yesterday'], says: '--from yesterday: a UTC date or milliseconds are needed. Write 2023-01-31' },
    { args: [...rsi, '--to', '2023-02-31'], says: '--to 2023-02-31: a UTC date or milliseconds are needed.' },
    { args: [...rsi, '--from', '2023-01-02', '--to', '2023-01-01'], says: '--to 2023-01-01: it must lie after --from 2023-01-02.' },
    {
      args: [...rsi, '--from', '2030-01-01'],
      says: 'no candle opens from --from to --to. It has those of 2021-02-05 16:00 to 2023-12-31 20:00 UTC.',
    },
    { args: [...rsi, '--param', 'window'], says: '--param window: name=value is needed, such as --param window=14.' },
    {
      args: [...rsi, '--param', 'windo=3'],
      says: '--param windo: there is no such parameter. There are: window=14, oversold=30, overbought=70, minVolume.',
    },
    { args: [...rsi, '--param', 'RSI_WINDOW=x'], says: '--param window=x: a number is needed.' },
    {
      args: [...rsi, '--param', 'window=3', '--param', 'RSI_WINDOW=4'],
      says: '--param RSI_WINDOW: window is given too. Give one of them.',
    },
    { args: [...rsi, '--param', 'window=x'], says: '--param window=x: a number is needed.' },
    { args: [...rsi, '--param', 'window='], says: '--param window=: a number is needed.' },
    { args: [...rsi, '--param', 'window=1'], says: '--param window=1: ' },
    { args: [...rsi, '--param', 'window=2.5'], says: '--param window=2.5: ' },
    { args: [...rsi, '--param', 'oversold=80'], says: '--param oversold must be under overbought. Parameters: window=14' },
    { args: [...rsi, '--cash', 'much'], says: '--cash much: a number above zero is needed. Write --cash 10000.' },
    { args: [...rsi, '--cash', '0'], says: '--cash 0: a number above zero is needed.' },
    { args: [...rsi, '--cash', '-5'], says: '--cash -5: a number above zero is needed.' },
    { args: [...rsi, '--fee', '1'], says: '--fee 1: a share from 0 to under 1 is needed. Write --fee 0.001 for 0.1 %.' },
    { args: [...rsi, '--fee', '0.1%'], says: '--fee 0.1%: a share from 0 to under 1 is needed.' },
    { args: [...rsi, '--slippage', '-1'], says: '--slippage -1: basis points from 0 to 1000 are needed.' },
    { args: [...rsi, '--slippage', '1001'], says: '--slippage 1001: basis points from 0 to 1000 are needed.' },
    { args: [...rsi, '--size', '0'], says: '--size 0: a share of equity up to 100%, or a quantity, is needed.' },
    { args: [...rsi, '--size', '101%'], says: '--size 101%: a share of equity up to 100%' },
    { args: [...rsi, '--size', 'all'], says: '--size all: a share of equity up to 100%' },
    {
      args: ['--strategy', 'rotation', '--candles', `${BTC},${ADA}`, '--size', '0.01'],
      says: '--size: rotation is a basket and shares out a part of equity.',
    },
    { args: ['--strategy', 'rsi', '--candles', `${BTC},${BTC}`], says: '--candles: BTCEUR is there twice.' },
    {
      args: ['--strategy', 'rsi', '--candles', `${daily},${eth}`],
      says: '--candles: AAABTC is quoted in BTC and BBBETH in ETH. Give files of one quote asset.',
    },
    { args: [...rsi, '--trades', join(folder, 'none', 'out.csv')], says: 'it cannot be written. Name a file in a folder that is there' },
    { args: bad('A-1d.csv', '1,1,1,1,1,1\n1,1,1,1,1,1'), says: 'A-1d.csv, line 2: the candle of 1970-01-01 00:00 is there twice.' },
    { args: bad('B-1d.csv', '2,1,1,1,1,1\n1,1,1,1,1,1'), says: 'B-1d.csv, line 2: the candles are not sorted by time' },
    { args: bad('C-1d.csv', '1,1,1,2,1,1'), says: 'C-1d.csv, line 1: high 1 is below low 2.' },
    { args: bad('D-1d.csv', '1,1,1,1,1,1\n2,1,1,1,x,1'), says: 'D-1d.csv, line 2: "x" is not a number.' },
    {
      args: bad('F-1d.csv', 'openTime,close,high,low,open,volume\n1,1,1,1,1,1'),
      says: 'F-1d.csv, line 1: the header says "close" where open is needed (openTime,open,high,low,close,volume).',
    },
    {
      args: bad('G-1d.csv', 'a1,1,1,1,1,1\n2,1,1,1,1,1'),
      says: 'G-1d.csv, line 1: the header says "1" where open is needed',
    },
    { args: bad('H-1d.csv', 'openTime,open\n1,1'), says: 'H-1d.csv, line 1: the header says "" where high is needed' },
    { args: bad('I-1d.csv', '1,0x10,16,16,16,1'), says: 'I-1d.csv, line 1: "0x10" is not a number.' },
    {
      args: bad('J-1d.csv', '1600000000000000,1,1,1,1,1'),
      says: 'J-1d.csv, line 1: openTime 1600000000000000 is not a time in UTC milliseconds (it may be in microseconds).',
    },
    {
      args: bad('K-1m.csv', '1600000020,1,1,1,1,1\n1600000080,1,1,1,1,1'),
      says: 'K-1m.csv: candles lie 60 milliseconds apart, which is less than 1m. Give openTime in milliseconds: it may be in seconds.',
    },
    {
      args: bad('L-1d.csv', '1,0.0000000025,1,0.000000001,1,1'),
      says: 'L-1d.csv, line 1: prices are counted in 0.00000001, and 2.5e-9 is finer than that.',
    },
    { args: bad('M-1d.csv.gz', '1,1,1,1,1,1'), says: 'M-1d.csv.gz: it is not gzipped, though its name says so. Take .gz out of its name' },
    {
      args: ['--strategy', 'rsi', '--candles', file('N-1d.csv.gz', readFileSync(BTC).subarray(0, 5000))],
      says: 'N-1d.csv.gz: its gzip is cut off or damaged. Fetch it anew',
    },
    {
      args: ['--strategy', 'bollinger', '--candles', huge, '--param', 'window=2', '--param', 'std=1'],
      says: '--strategy bollinger: with these parameters and candles it cannot run (not a finite amount within range: 20000000000000000). Mend one',
    },
    {
      args: ['--strategy', 'bollinger', '--candles', BTC, '--param', 'window=9007199254740991'],
      says: '--strategy bollinger: with these parameters and candles it cannot run (',
    },
    { args: bad('E-1d.csv', 'openTime,open,high,low,close,volume\n'), says: 'E-1d.csv, line 1: there is no candle in it.' },
  ])('$args: $says', async ({ args, says }) => {
    const { code, out, err } = await run(...args)
    expect({ code, out, lines: err.length }).toEqual({ code: 2, out: [], lines: 1 })
    expect(err[0]).toContain(says)
    expect(err[0]).not.toMatch(/\n\s+at /)
  })
})

describe('candles as other programs write them', () => {
  const rows = '86400000,1,3,1,2,5\n172800000,2,3,1,2,5'
  test.each<{ name: string; text: string | Buffer }>([
    { name: 'no header', text: rows },
    { name: 'the header', text: `openTime,open,high,low,close,volume\n${rows}\n` },
    { name: 'other words for time and volume', text: `Open time,Open,High,Low,Close,Volume BTC\n${rows}` },
    { name: 'quoted header, spaces', text: `"date", "open", "high", "low", "close", "vol"\n${rows.replaceAll(',', ', ')}` },
    { name: 'more columns', text: `open_time,open,high,low,close,volume,close_time\n${rows.replaceAll('\n', ',9\n')},9` },
    { name: 'lines that end as on Windows', text: `openTime,open,high,low,close,volume\r\n${rows.replace('\n', '\r\n')}\r\n` },
    { name: 'a byte order mark', text: `\uFEFFopenTime,open,high,low,close,volume\n${rows}` },
    { name: 'a byte order mark and no header', text: `\uFEFF${rows}` },
    { name: 'empty lines at the end', text: `${rows}\n\n\r\n` },
    { name: 'zero as Python writes it', text: rows.replaceAll(',5', ',0E-8') },
    { name: 'gzipped, though the name does not say so', text: gzipSync(rows) },
  ])('$name', async ({ name, text }) => {
    const report = await figures('--strategy', 'rsi', '--candles', file(`${name.replaceAll(/\W/g, '_')}-1d.csv`, text))
    expect(report).toMatchObject({ candles: 2, from: 86_400_000, to: 172_800_000 })
  })
})

describe('--json', () => {
  test('is one line of exactly these fields', async () => {
    const report = await figures('--strategy', 'RSI_Strategy', '--candles', BTC)
    const names =
      'strategy symbols candles from to fills roundTrips wins finalEquity return maxDrawdown fees costs ambiguousBars durationMs'
    expect(Object.keys(report).join(' ')).toBe(names)
    expect(report).toMatchObject({
      strategy: 'rsi',
      symbols: ['BTCEUR'],
      candles: 6356,
      from: 1_612_540_800_000,
      to: 1_704_052_800_000,
      durationMs: 7,
    })
    expect(Object.keys(report.costs as object)).toEqual(['x0', 'x1', 'x2', 'breakEvenBp'])
    for (const name of ['fills', 'roundTrips', 'wins', 'finalEquity', 'return', 'maxDrawdown', 'fees', 'ambiguousBars'])
      expect(report[name]).toBeTypeOf('number')
  })

  test('gaps go to stderr', async () => {
    const { code, out, err } = await run('--strategy', 'rsi', '--candles', ADA, '--json')
    expect({ code, lines: out.length, err }).toEqual({
      code: 0,
      lines: 1,
      err: ['ADAEUR-4h.csv.gz: 1 gap, candles missing: 1 (1 after 2022-11-06 00:00)'],
    })
  })

  test('a run of which nothing came says why on stderr', async () => {
    const { code, err } = await run('--strategy', 'rsi', '--candles', BTC, '--size', '50%', '--json')
    expect(code).toBe(0)
    expect(err.join()).toMatch(/^refused \d+ ×: exposure_symbol: BTCEUR would be 50\.0 % of equity/)
  })
})

describe('options', () => {
  const exact = ['--slippage', '0', '--json']
  test.each(['100%', '5%', '0.01'])('--size %s, trades and all, equal the plain implementation', async size => {
    const trades = join(folder, 'trades.csv')
    const args = [
      '--strategy',
      'bollinger',
      '--candles',
      BTC,
      '--size',
      size,
      '--param',
      'window=15',
      '--param',
      'std=1.5',
      '--trades',
      trades,
    ]
    const { out } = await run(...args, ...exact, '--cash', '5000', '--fee', '0.002')
    const params = { window: 15, std: 1.5 }
    const plain = plainBacktest({ strategy: 'bollinger', candles: readPlain(BTC), size, params, cash: '5000', feeRate: '0.002' })
    const [header, ...rows] = readFileSync(trades, 'utf8').trimEnd().split('\n')
    expect(header).toBe('time,symbol,side,price,quantity,fee,feeAsset,reason')
    const reasons = { BUY: 'the close came back over the lower band', SELL: 'the close fell back under the upper band' }
    expect(rows).toEqual(
      plain.fills.map(
        ({ time, side, price, quantity, fee, feeAsset }) =>
          `${time},BTCEUR,${side},${price},${quantity},${fee},${feeAsset === 'base' ? 'BTC' : 'EUR'},${reasons[side]}`,
      ),
    )
    expect(JSON.parse(out[0]!)).toMatchObject({
      finalEquity: plain.finalEquity,
      fills: plain.fills.length,
      roundTrips: plain.roundTrips,
      wins: plain.wins,
    })
  })

  test('the default is all in, 10000, 0.1 %', async () => {
    const { fills, finalEquity } = plainBacktest({ strategy: 'ma-cross', candles: readPlain(BTC) })
    expect(await figures('--strategy', 'SimpleMA_Cross', '--candles', BTC, '--slippage', '0')).toMatchObject({
      fills: fills.length,
      finalEquity,
    })
  })

  test('--from and --to cut the file: from is in, to is not', async () => {
    const base = ['--strategy', 'rsi', '--candles', BTC]
    const from = Date.UTC(2022, 0, 1)
    const to = Date.UTC(2022, 1, 1, 12)
    const range = { candles: 31 * 6 + 3, from, to: to - 4 * 3_600_000 }
    expect(await figures(...base, '--from', '2022-01-01', '--to', '2022-02-01T12:00')).toMatchObject(range)
    expect(await figures(...base, '--from', String(from), '--to', `${to}`)).toMatchObject(range)
    expect(await figures(...base, '--from', '2022-01-01T00:00:00Z', '--to', '2022-02-01 12:00Z')).toMatchObject(range)
  })

  test('parameters come from the variables of the service, which is told, and --param comes before them', async () => {
    const rsi = ['--strategy', 'rsi', '--candles', BTC]
    const env = { RSI_WINDOW: '7', RSI_OVERSOLD: '30', MIN_VOLUME: '20', LONG_WINDOW: '9' }
    const { out, err } = await runWith(env, ...rsi, '--json')
    expect(err).toEqual(['from the environment: RSI_WINDOW=7, MIN_VOLUME=20 (--param comes before it)'])
    const { durationMs: _, ...named } = await figures(...rsi, '--param', 'window=7', '--param', 'minVolume=20')
    expect(JSON.parse(out[0]!)).toMatchObject(named)
    expect(named.fills).not.toBe((await figures(...rsi)).fills)
    const less = await runWith(env, ...rsi, '--param', 'window=14', '--param', 'MIN_VOLUME=20')
    expect(less.out.at(-1)).toMatch(/^took/)
    expect(less.err).toEqual([])
  })

  test('what is wrong in them is told of them, and the two count together', async () => {
    const rsi = ['--strategy', 'rsi', '--candles', BTC]
    const { code, err } = await runWith({ RSI_WINDOW: 'x' }, ...rsi)
    expect([code, err]).toEqual([2, ['the environment, or it and --param together: window=x: a number is needed.']])
    expect((await runWith({ RSI_WINDOW: 'x' }, ...rsi, '--param', 'window=y')).err[0]).toContain('--param window=y: a number')
    expect((await runWith({ RSI_OVERBOUGHT: '90' }, ...rsi, '--param', 'oversold=80')).code).toBe(0)
  })

  test('the report on a terminal tells them too', async () => {
    const { out } = await runWith({ SHORT_WINDOW: '6' }, '--strategy', 'ma-cross', '--candles', BTC)
    expect(out.at(-1)).toBe('from the environment: SHORT_WINDOW=6 (--param comes before it)')
  })

  test('slippage is 5 bp for BTC and ETH, 15 for others, and 0 is less', async () => {
    const of = async (symbol: string, ...args: string[]) =>
      (await figures('--strategy', 'ma-cross', '--candles', data(symbol), '--to', '2022-01-01', ...args)).finalEquity
    expect(await of('BTCEUR')).toBe(await of('BTCEUR', '--slippage', '5'))
    expect(await of('ETHEUR')).toBe(await of('ETHEUR', '--slippage', '5'))
    expect(await of('XRPEUR')).toBe(await of('XRPEUR', '--slippage', '15'))
    expect(await of('XRPEUR', '--slippage', '0')).toBeGreaterThan((await of('XRPEUR')) as number)
  })

  test('all but --slippage 0 take at most 10 % of the volume', async () => {
    const thin = file('THINEUR-1d.csv', Array.from({ length: 40 }, (_, i) => `${day * (i + 1)},10,12,9,${10 + (i % 2)},100`).join('\n'))
    const base = ['--strategy', 'bollinger', '--param', 'window=2', '--param', 'std=1', '--candles', thin]
    const quantities = async (...args: string[]): Promise<string[]> => {
      const trades = join(folder, 'thin.csv')
      await run(...base, '--trades', trades, ...args)
      return readFileSync(trades, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map(row => row.split(',')[4]!)
    }
    expect(Math.max(...(await quantities('--slippage', '5')).map(Number))).toBe(10)
    expect((await quantities('--slippage', '0'))[0]).toBe('1000')
  })

  test('limits of 20 % hold unless all is put in', async () => {
    const of = (size: string) => figures('--strategy', 'rsi', '--candles', BTC, '--size', size)
    expect(await of('20%')).toMatchObject({ fills: 55 })
    expect(await of('100%')).toMatchObject({ fills: 55 })
    expect((await run('--strategy', 'rsi', '--candles', BTC, '--size', '20.1%', '--json')).out[0]).toContain('"fills":0')
  })

  test('--symbol and --timeframe name what the file does not', async () => {
    const path = csv('some-candles.csv', 40)
    expect(await figures('--strategy', 'rsi', '--candles', path, '--symbol', 'dogeusdt', '--timeframe', '1d')).toMatchObject({
      symbols: ['DOGEUSDT'],
    })
  })

  test('longer candles of a strategy are built from the file', async () => {
    expect(await figures('--strategy', 'ema-cross', '--candles', BTC)).toMatchObject({ candles: 6356, fills: 18 })
  })

  test('a basket takes several files, and its own allocation or --size', async () => {
    const files = ['BTCEUR', 'ETHEUR', 'XRPEUR']
    const base = ['--strategy', 'rotation', '--candles', files.map(data).join(',')]
    const own = await figures(...base)
    expect(own).toMatchObject({ symbols: files, candles: 6356 + 6351 + 6351 })
    expect(await figures(...base, '--size', '40%')).toMatchObject({ finalEquity: own.finalEquity })
    expect((await figures(...base, '--size', '100%')).maxDrawdown).toBeGreaterThan(own.maxDrawdown as number)
  })

  test('--help lists options and strategies', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const word of ['--strategy', 'ma-cross', '--slippage', '100%', '--trades']) expect(out.join('\n')).toContain(word)
  })
})

test('the report for people', async () => {
  const { out } = await run('--strategy', 'ma-cross', '--candles', ADA, '--size', '5%')
  const text = out.join('\n')
  for (const part of [
    /^strategy +ma-cross$/m,
    /^buy and hold +\d+\.\d\d % \(without costs\)$/m,
    /^return at costs +.+ without, /m,
    /^break-even +/m,
    /1 gap/,
  ])
    expect(text).toMatch(part)
})

test.each([
  { symbol: 'BTCEUR', base: 'BTC', quote: 'EUR' },
  { symbol: 'DOGEFDUSD', base: 'DOGE', quote: 'FDUSD' },
  { symbol: 'ETHBTC', base: 'ETH', quote: 'BTC' },
  { symbol: 'USDTTRY', base: 'USDT', quote: 'TRY' },
  { symbol: 'BTCTUSD', base: 'BTC', quote: 'TUSD' },
  { symbol: 'USDT', base: 'USDT', quote: 'QUOTE' },
  { symbol: 'SPX', base: 'SPX', quote: 'QUOTE' },
])('$symbol is $base against $quote', ({ symbol, base, quote }) => {
  expect(infoOf(symbol)).toMatchObject({ base, quote })
})
