/** A desk with canned answers, and the way from a typed text to plain text: what commands and dispatch are tested with. */
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { noPaint } from '#adapters/terminal/paint.ts'
import { render } from '#adapters/terminal/render.ts'
import { type AnyCommand, isCommand, type Role } from '#command'
import type { Decision } from '#domain/journal.ts'
import { money, price, quantity, ratio } from '#domain/money.ts'
import { usualVolumes } from '#domain/news.ts'
import { at } from '#domain/time.ts'
import type { AssetRow, Desk, PositionRow, StrategyRow } from '#ports/desk.ts'
import type { PnlRow, TradeRow } from '#ports/store.ts'
import { dispatch } from '../../src/chat/dispatch.ts'

const root = new URL('../../', import.meta.url)

/** All commands of the folder, by name. */
export const commands: ReadonlyMap<string, AnyCommand> = new Map(
  await Promise.all(
    globSync('commands/*.ts', { cwd: root }).map(async (file): Promise<[string, AnyCommand]> => {
      const { default: command } = (await import(new URL(file, root).href)) as { default: unknown }
      if (!isCommand(command)) throw new TypeError(`${file} is no command`)
      return [basename(file, '.ts'), command]
    }),
  ).then(entries => entries.sort(([left], [right]) => (left < right ? -1 : 1))),
)

/** 2023-01-05 08:00. */
export const NOW = 1_672_905_600_000
const HOUR = 3_600_000

export const position = (owner: string, base: string, more: Partial<PositionRow> = {}): PositionRow => ({
  owner,
  symbol: `${base}EUR`,
  base,
  quote: 'EUR',
  quantity: quantity('0.0123'),
  paid: price('25000'),
  last: price('25812.5'),
  value: money('317.49375'),
  unrealised: money('9.99375'),
  stop: price('24250'),
  target: price('26250'),
  trailing: price('0'),
  openedAt: at(NOW - 27 * HOUR),
  leaving: null,
  ...more,
})

export const assetRow = (more: Partial<AssetRow> = {}): AssetRow => ({
  asset: 'BTC',
  holds: quantity('0.0100'),
  recorded: quantity('0.0123'),
  parts: [{ of: 'rsi BTCEUR', amount: quantity('0.0123') }],
  missing: quantity('0.0023'),
  certain: quantity('0.0023'),
  ...more,
})

export const trade = (side: 'BUY' | 'SELL', realised = '0', more: Partial<TradeRow> = {}): TradeRow => ({
  id: '7',
  fill: {
    tradeId: 4711,
    orderId: 12,
    symbol: 'BTCEUR',
    side,
    price: price('25812.5'),
    quantity: quantity('0.0123'),
    quote: money('317.49375'),
    fee: side === 'BUY' ? quantity('0.0000123') : money('0.31749375'),
    feeAsset: side === 'BUY' ? 'BTC' : 'EUR',
    feeWorth: money('0'),
    maker: false,
    time: at(NOW),
  },
  owner: 'rsi',
  intent: 5,
  reason: side === 'BUY' ? 'RSI is oversold' : 'RSI is overbought',
  purpose: side === 'BUY' ? 'entry' : 'exit',
  base: 'BTC',
  quote: 'EUR',
  realised: money(realised),
  ...more,
})

export const decision = (more: Partial<Decision> = {}): Decision => ({
  owner: 'rsi',
  symbol: 'BTCEUR',
  kind: 'enter',
  reason: 'RSI is oversold',
  time: at(NOW),
  price: 25_812.5,
  outcome: 'ordered',
  message: '',
  values: { strength: 28.123_45 },
  intent: 5,
  ...more,
})

export const denied = decision({
  owner: 'bollinger',
  reason: 'back over the lower band',
  outcome: 'exposure_symbol',
  message: 'BTCEUR would take 23 % of equity, 20 % is the limit',
  values: { lower: 25_700.1, width: 0.000_512_3 },
  intent: 0,
})

const strategy = (name: string, more: Partial<StrategyRow> = {}): StrategyRow => ({
  name,
  title: 'RSI',
  enabled: true,
  timeframe: '4h',
  schedule: null,
  symbols: ['BTCEUR', 'ETHEUR'],
  params: {},
  fields: [
    { name: 'window', value: '14', fallback: '14', env: 'RSI_WINDOW' },
    { name: 'oversold', value: '25', fallback: '30', env: 'RSI_OVERSOLD' },
    { name: 'overbought', value: '70', fallback: '70', env: 'RSI_OVERBOUGHT' },
    { name: 'minVolume', value: '', fallback: '', env: 'MIN_VOLUME' },
  ],
  allocation: null,
  trouble: null,
  ...more,
})

const pnl = (owner: string, symbol: string, roundTrips: number, wins: number, realised: string): PnlRow => ({
  owner,
  symbol,
  fills: 2 * roundTrips,
  roundTrips,
  wins,
  realised: money(realised),
  fees: money('1.5'),
})

const infos = ['BTC', 'ETH', 'ADA'].map(base => ({ symbol: `${base}EUR`, base, quote: 'EUR' }))

/** What was wished for, as it reached the desk. */
export type Asked = [wish: string, ...details: unknown[]]

const reads = {
  status: async () => ({
    trading: 'demo',
    mode: 'running',
    time: at(NOW),
    started: at(NOW - 76 * HOUR),
    symbols: infos.map(({ symbol }) => symbol),
    strategies: 5,
    openPositions: 1,
    openOrders: 2,
    quote: 'EUR',
    startEquity: money('10000'),
    equity: money('10234.5'),
    realised: money('224.50625'),
    unrealised: money('9.99375'),
    fees: money('12.3'),
    holding: money('9480'),
  }),
  balances: async () => [
    { asset: 'EUR', free: money('9917.00625'), locked: money('50'), value: money('9967.00625') },
    { asset: 'BTC', free: money('0'), locked: money('0.0123'), value: money('317.49375') },
    { asset: 'ADA dust', free: money('0.00412345'), locked: money('0'), value: null },
  ],
  positions: async () => [
    position('rsi', 'BTC'),
    position('ema-cross', 'ETH', { stop: price('0'), unrealised: money('-3.5'), leaving: 'the trend turned down' }),
  ],
  trades: async () => [trade('SELL', '12.4'), trade('BUY')],
  pnl: async () => [
    { name: 'today', rows: [] },
    { name: '7 days', rows: [pnl('rsi', 'BTCEUR', 2, 1, '-3.25')] },
    { name: '30 days', rows: [pnl('rsi', 'BTCEUR', 4, 3, '40')] },
    {
      name: 'all',
      rows: [pnl('ema-cross', 'ETHEUR', 0, 0, '0'), pnl('rsi', 'BTCEUR', 10, 7, '250.10625'), pnl('rsi', 'ETHEUR', 3, 1, '-25.6')],
    },
  ],
  exposure: async () => [
    { name: 'BTCEUR', kind: 'symbol', value: money('2046.9'), share: ratio('0.2'), limit: ratio('0.2') },
    { name: 'BTC', kind: 'asset', value: money('2046.9'), share: ratio('0.2'), limit: null },
    { name: 'rotation', kind: 'allocation', value: money('1023.45'), share: ratio('0.1'), limit: ratio('0.4') },
  ],
  compare: async (text: string) => assetRow({ asset: text.toUpperCase() }),
  decisions: async () => [decision(), denied],
  strategies: async () => [
    strategy('rsi'),
    strategy('rotation', {
      title: 'Rotation',
      enabled: false,
      timeframe: '1d',
      schedule: '0 0 * * *',
      symbols: ['BTCEUR', 'ETHEUR', 'ADAEUR'],
      allocation: ratio('0.4'),
      trouble: 'its file is missing',
    }),
  ],
} satisfies Partial<Desk>

/** A desk that answers the same to everybody and keeps what was wished for. */
export function fakeDesk(more: Partial<Desk> = {}): { readonly desk: Desk; readonly asked: Asked[] } {
  const asked: Asked[] = []
  const take =
    (wish: string) =>
    async (...details: unknown[]) => {
      asked.push([wish, ...details])
      return { done: true, message: `Done: ${wish}.` }
    }
  const symbol: Desk['symbol'] = text => {
    const wanted = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
    return infos.find(info => info.symbol === wanted || info.base === wanted) ?? { problem: `"${text}" is not traded here` }
  }
  const wishes = {
    buy: take('buy'),
    sell: take('sell'),
    setStop: take('setStop'),
    setTarget: take('setTarget'),
    setMode: take('setMode'),
    adjust: take('adjust'),
    changeStrategy: take('changeStrategy'),
    setVolume: take('setVolume'),
  }
  const desk: Desk = {
    ...reads,
    ...wishes,
    symbol,
    volumes: () => usualVolumes,
    under: () => desk,
    earlier: async () => null,
    version: '0.1.0',
    ...more,
  }
  return { desk, asked }
}

/** Types a text as a person of a role and gives what a plain terminal shows, and what reached the desk. */
export async function type(
  text: string,
  more: Partial<Desk> = {},
  role: Role = 'admin',
): Promise<{ shown: string; asked: Asked[]; reported: unknown[] }> {
  const { desk, asked } = fakeDesk(more)
  const reported: unknown[] = []
  const reply = await dispatch({ text, person: { name: 'ann', role }, commands, desk, report: error => reported.push(error) })
  return { shown: render(reply, noPaint), asked, reported }
}

/** What a plain terminal shows after a text. */
export const shown = async (text: string, more: Partial<Desk> = {}): Promise<string> => (await type(text, more)).shown
