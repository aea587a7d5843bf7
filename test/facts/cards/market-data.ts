/** Public data: rules, candles, book, prices, and what is refused. */
import type { Card } from '../card.ts'
import { refused } from '../client/rest.ts'
import { hasFields, holds, same, type Seen } from '../seen.ts'

const FOUR_HOURS = 4 * 3600_000

/** All of them. */
export const marketData: readonly Card[] = [
  {
    id: 'data-ping',
    says: 'ping answers {}.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      same('it is answered with', (await binance.rest.read('/api/v3/ping')).value, {})
    },
  },
  {
    id: 'data-kline-row',
    says: 'A kline is a row of twelve: times as numbers, prices and volumes as texts, the close time a millisecond before the next open.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const rows = (await binance.rest.read('/api/v3/klines', { symbol: binance.symbol, interval: '4h', limit: 3 })).list()
      for (const row of rows) {
        same('the fields of a row are', row.list().length, 12)
        const kinds = row.list().map(({ value }) => (typeof value === 'number' ? 'n' : typeof value === 'string' ? 't' : '?'))
        same('its kinds (n a number, t a text) are', kinds.join(''), 'ntttttntnttt')
        same('it closes after', row.number(6) - row.number(0), FOUR_HOURS - 1)
      }
      holds(
        rows[1]!.number(0) > rows[0]!.number(0),
        'the oldest first',
        rows.map(row => row.number(0)),
      )
    },
  },
  {
    id: 'data-last-kline-is-open',
    says: 'The last kline is the one under way: what has not closed is no candle yet.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      await binance.isOfNow()
      const params = { symbol: binance.symbol, interval: '4h', limit: 1 }
      // a market that moves between the two questions is asked again
      await binance.eventually(async () => {
        const [row] = (await binance.rest.read('/api/v3/klines', params)).list()
        const last = (await binance.rest.read('/api/v3/ticker/price', { symbol: binance.symbol })).amount('price')
        holds(row!.number(6) >= binance.rest.now(), 'a close that lies ahead', row)
        same('its close is the last price', row!.amount(4), last)
      })
    },
  },
  {
    id: 'data-klines-from-a-start',
    says: 'klines with startTime begin there, the oldest first; without one they are the newest.',
    source: 'binance.md 1.1 [D]',
    async run(binance) {
      const params = { symbol: binance.symbol, interval: '4h' }
      const newest = (await binance.rest.read('/api/v3/klines', { ...params, limit: 5 })).list()
      const startTime = newest[1]!.number(0)
      const from = (await binance.rest.read('/api/v3/klines', { ...params, startTime, limit: 2 })).list()
      same(
        'they open at',
        from.map(row => row.number(0)),
        [startTime, newest[2]!.number(0)],
      )
      const endTime = newest[2]!.number(0)
      const until = (await binance.rest.read('/api/v3/klines', { ...params, endTime, limit: 2 })).list()
      same(
        'those up to an end open at',
        until.map(row => row.number(0)),
        [startTime, endTime],
      )
    },
  },
  {
    id: 'data-klines-of-months',
    says: 'klines of 1M are calendar months.',
    source: 'rest-api.md, Kline intervals [D]',
    async run(binance) {
      const rows = (await binance.rest.read('/api/v3/klines', { symbol: binance.symbol, interval: '1M', limit: 2 })).list()
      for (const row of rows) {
        const open = new Date(row.number(0))
        same('it opens', open.toISOString().slice(7), '-01T00:00:00.000Z')
        same('it closes', row.number(6), Date.UTC(open.getUTCFullYear(), open.getUTCMonth() + 1) - 1)
      }
    },
  },
  {
    id: 'data-klines-of-a-time-zone',
    says: 'klines with timeZone begin their days there; times are UTC all the same. A zone beyond +14:00 is refused.',
    source: 'rest-api.md, Kline data [D]',
    async run(binance) {
      const params = { symbol: binance.symbol, interval: '1d', limit: 2 }
      for (const [timeZone, hour] of [
        ['8', 16],
        ['-4:00', 4],
      ] as const)
        for (const row of (await binance.rest.read('/api/v3/klines', { ...params, timeZone })).list())
          same(`the hour at which a day of ${timeZone} begins is`, (row.number(0) / 3600_000) % 24, hour)
      same('+14:01 is answered with', (await binance.rest.get('/api/v3/klines', { ...params, timeZone: '14:01' })).status, 400)
    },
  },
  {
    id: 'data-intervals',
    says: 'Intervals are case-sensitive; an unknown one is -1120 "Invalid interval."',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      for (const interval of ['4H', '7m'])
        refused(await binance.rest.get('/api/v3/klines', { symbol: binance.symbol, interval }), 400, -1120, 'Invalid interval.')
    },
  },
  {
    id: 'data-symbols',
    says: 'An unknown symbol is -1121 "Invalid symbol."; small letters are -1100.',
    source: 'binance.md 4 [D]',
    async run(binance) {
      refused(await binance.rest.get('/api/v3/depth', { symbol: 'NOSUCHSYMBOL' }), 400, -1121, 'Invalid symbol.')
      refused(await binance.rest.get('/api/v3/depth', { symbol: binance.symbol.toLowerCase() }), 400, -1100)
    },
  },
  {
    id: 'data-symbol-missing',
    says: 'A missing symbol is -1102.',
    source: 'errors.md [D]',
    async run(binance) {
      const text = "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
      refused(await binance.rest.get('/api/v3/depth'), 400, -1102, text)
    },
  },
  {
    id: 'data-exchange-info',
    says: 'exchangeInfo tells a symbol whole; permissions is always empty, permissionSets tells who may trade it.',
    source: 'binance.md 1.5 [D]',
    async run(binance) {
      const info = await binance.rest.read('/api/v3/exchangeInfo', { symbol: binance.symbol })
      hasFields(info, 'timezone serverTime rateLimits exchangeFilters symbols')
      const symbol = info.part('symbols', 0)
      hasFields(
        symbol,
        'symbol status baseAsset baseAssetPrecision quoteAsset quotePrecision quoteAssetPrecision',
        'baseCommissionPrecision quoteCommissionPrecision orderTypes icebergAllowed ocoAllowed otoAllowed opoAllowed',
        'quoteOrderQtyMarketAllowed allowTrailingStop cancelReplaceAllowed amendAllowed pegInstructionsAllowed',
        'isSpotTradingAllowed isMarginTradingAllowed filters permissions permissionSets',
        'defaultSelfTradePreventionMode allowedSelfTradePreventionModes',
      )
      same('permissions are', symbol.at('permissions'), [])
      holds(
        symbol.list('permissionSets').some(set => set.list().some(({ value }) => value === 'SPOT')),
        'SPOT in permissionSets',
        symbol.at('permissionSets'),
      )
    },
  },
  {
    id: 'data-exchange-info-combinations',
    says: 'exchangeInfo with symbol or symbols takes neither permissions nor symbolStatus, nor both of them: -1128.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const { symbol } = binance
      const symbols = JSON.stringify([symbol])
      for (const params of [
        { symbol, symbols },
        ...[{ symbol }, { symbols }].flatMap(one => [
          { ...one, symbolStatus: 'TRADING' },
          { ...one, permissions: 'SPOT' },
        ]),
      ])
        refused(await binance.rest.get('/api/v3/exchangeInfo', params), 400, -1128)
    },
  },
  {
    id: 'data-exchange-info-permissions',
    says: 'exchangeInfo with permissions tells the symbols that have one of them in permissionSets.',
    source: 'rest-api.md, Exchange information [D]',
    async run(binance) {
      const names = async (permissions: string): Promise<readonly string[]> => {
        const info = await binance.rest.read('/api/v3/exchangeInfo', { permissions, symbolStatus: 'TRADING' })
        return info.list('symbols').map(symbol => symbol.text('symbol'))
      }
      for (const permissions of ['SPOT', '["SPOT","MARGIN"]'])
        holds((await names(permissions)).includes(binance.symbol), `the symbol among those of ${permissions}`, await names(permissions))
      holds(!(await names('TRD_GRP_025')).includes(binance.symbol), 'the symbol not among those of TRD_GRP_025', binance.symbol)
    },
  },
  {
    id: 'data-execution-rules-alone',
    says: 'executionRules takes symbol, symbols or symbolStatus, and refuses two of them.',
    source: 'rest-api.md, Query Execution Rules [D]',
    async run(binance) {
      const { symbol } = binance
      ;(await binance.rest.read('/api/v3/executionRules', { symbol })).list('symbolRules')
      const both = { symbol, symbolStatus: 'TRADING' }
      same('both are answered with', (await binance.rest.get('/api/v3/executionRules', both)).status, 400)
    },
  },
  {
    id: 'data-depth',
    says: 'depth tells lastUpdateId, bids and asks as pairs of texts, the best first, bids below asks.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const book = await binance.rest.read('/api/v3/depth', { symbol: binance.symbol, limit: 5 })
      hasFields(book, 'lastUpdateId bids asks')
      const [bids, asks] = [book.list('bids').map(row => row.amount(0)), book.list('asks').map(row => row.amount(0))]
      holds(bids.length <= 5 && asks.length <= 5, 'at most five of each', [bids.length, asks.length])
      same(
        'bids in order are',
        bids,
        bids.toSorted((a, b) => (a < b ? 1 : -1)),
      )
      same(
        'asks in order are',
        asks,
        asks.toSorted((a, b) => (a < b ? -1 : 1)),
      )
      holds(bids[0]! < asks[0]!, 'the best bid below the best ask', [bids[0], asks[0]])
    },
  },
  {
    id: 'data-one-price-or-many',
    says: 'ticker/price answers an object for symbol, an array for symbols.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const { symbol } = binance
      hasFields(await binance.rest.read('/api/v3/ticker/price', { symbol }), 'symbol price')
      const many = await binance.rest.read('/api/v3/ticker/price', { symbols: JSON.stringify([symbol]) })
      same(
        'the symbols are',
        many.list().map(row => row.text('symbol')),
        [symbol],
      )
    },
  },
  {
    id: 'data-book-ticker',
    says: 'ticker/bookTicker tells the best bid and ask with their quantities.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      hasFields(await binance.rest.read('/api/v3/ticker/bookTicker', { symbol: binance.symbol }), 'symbol bidPrice bidQty askPrice askQty')
    },
  },
  {
    id: 'data-symbol-status',
    says: 'symbolStatus that a single symbol does not have is -1220; a word that is none is -1122.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const { symbol } = binance
      refused(await binance.rest.get('/api/v3/ticker/price', { symbol, symbolStatus: 'HALT' }), 400, -1220)
      refused(await binance.rest.get('/api/v3/ticker/price', { symbol, symbolStatus: 'SLEEPING' }), 400, -1122)
    },
  },
  {
    id: 'data-symbols-twice',
    says: 'A symbol that stands twice in symbols is -1151.',
    source: 'errors.md [D]',
    async run(binance) {
      refused(await binance.rest.get('/api/v3/ticker/price', { symbols: JSON.stringify([binance.symbol, binance.symbol]) }), 400, -1151)
    },
  },
  {
    id: 'data-trades',
    says: 'trades and aggTrades tell each trade with its id, price, quantity, time and whether the buyer was the maker.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const [trade] = (await binance.rest.read('/api/v3/trades', { symbol: binance.symbol, limit: 1 })).list()
      hasFields(trade!, 'id price qty quoteQty time isBuyerMaker isBestMatch')
      const [whole] = (await binance.rest.read('/api/v3/aggTrades', { symbol: binance.symbol, limit: 1 })).list()
      hasFields(whole!, 'a p q f l T m M')
    },
  },
  {
    id: 'data-aggregates-from-an-id',
    says: 'aggTrades with fromId begin with that one, the oldest first; each follows the trades of the one before.',
    source: 'rest-api.md, Aggregate trades [D]',
    async run(binance) {
      const { symbol } = binance
      const newest = (await binance.rest.read('/api/v3/aggTrades', { symbol, limit: 3 })).list()
      const fromId = newest[0]!.number('a')
      const rows = (await binance.rest.read('/api/v3/aggTrades', { symbol, fromId, limit: 3 })).list()
      const ids = (of: readonly Seen[]): number[] => of.map(row => row.number('a'))
      same('the ids are', ids(rows), ids(newest))
      for (const [place, row] of rows.slice(1).entries())
        holds(row.number('f') > rows[place]!.number('l'), 'trades after those before', rows)
    },
  },
  {
    id: 'data-aggregates-by-id-or-time',
    says: 'aggTrades takes fromId, or a span of time, and refuses both.',
    source: 'web-socket-api.md, Aggregate trades [D]',
    async run(binance) {
      const { symbol } = binance
      for (const more of [{ startTime: 1 }, { endTime: binance.rest.now() }])
        same('both are answered with', (await binance.rest.get('/api/v3/aggTrades', { symbol, fromId: 1, ...more })).status, 400)
    },
  },
  {
    id: 'data-window-begins-at-a-minute',
    says: 'ticker of a windowSize begins at a full minute, so that it may be up to a minute longer.',
    source: 'rest-api.md, Rolling window [D]',
    async run(binance) {
      const row = await binance.rest.read('/api/v3/ticker', { symbol: binance.symbol, windowSize: '1h' })
      const [open, close] = [row.number('openTime'), row.number('closeTime')]
      same('the seconds of its begin are', open % 60_000, 0)
      holds(close - open >= 3600_000 && close - open < 3660_000, 'an hour, or up to a minute more', [open, close])
    },
  },
  {
    id: 'data-trading-day',
    says: 'ticker/tradingDay is of a day from midnight to midnight.',
    source: 'rest-api.md, Trading Day Ticker [D]',
    async run(binance) {
      const row = await binance.rest.read('/api/v3/ticker/tradingDay', { symbol: binance.symbol })
      same('its begin is after midnight by', row.number('openTime') % 86_400_000, 0)
      same('its length is', row.number('closeTime') - row.number('openTime'), 86_399_999)
    },
  },
  {
    id: 'data-windows-have-no-book',
    says: 'ticker and ticker/tradingDay tell nothing of the book, the last quantity or the close before: ticker/24hr alone does.',
    source: 'rest-api.md, Rolling window, Trading Day Ticker [D]',
    async run(binance) {
      const { symbol } = binance
      const fields = async (path: string): Promise<readonly string[]> =>
        Object.keys((await binance.rest.read(path, { symbol })).value as object).toSorted()
      const day = await fields('/api/v3/ticker/24hr')
      const book = ['prevClosePrice', 'lastQty', 'bidPrice', 'bidQty', 'askPrice', 'askQty']
      for (const path of ['/api/v3/ticker', '/api/v3/ticker/tradingDay'])
        same(
          `the fields of ${path} are`,
          await fields(path),
          day.filter(name => !book.includes(name)),
        )
    },
  },
  {
    id: 'data-block-trades',
    says: 'historicalBlockTrades answers an array; without fromId it is -1102.',
    source: 'rest-api.md, Historical Block Trades [D]',
    async run(binance) {
      const { symbol } = binance
      ;(await binance.rest.read('/api/v3/historicalBlockTrades', { symbol, fromId: 0, limit: 5 })).list()
      refused(await binance.rest.get('/api/v3/historicalBlockTrades', { symbol }), 400, -1102)
    },
  },
  {
    id: 'data-average-price',
    says: 'avgPrice tells its minutes, price and close time.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      hasFields(await binance.rest.read('/api/v3/avgPrice', { symbol: binance.symbol }), 'mins price closeTime')
    },
  },
  {
    id: 'data-unknown-path',
    says: 'An unknown path is 404.',
    source: 'binance.md 1.3 [D]',
    async run(binance) {
      same('it is answered with', (await binance.rest.get('/api/v3/nosuchthing')).status, 404)
    },
  },
  {
    id: 'data-listen-keys-are-gone',
    says: 'POST userDataStream is 410 Gone, and not JSON: listen keys ended on 2026-02-20.',
    source: 'binance.md 0 [D]',
    async run(binance) {
      const reply = await binance.rest.send('POST', '/api/v3/userDataStream', { headers: { 'X-MBX-APIKEY': binance.rest.key.apiKey } })
      same('it is answered with', reply.status, 410)
      same('its JSON is', reply.body.value, undefined)
    },
  },
  {
    id: 'data-spans',
    says: 'allOrders and myTrades take spans of at most 24 hours: a longer one is -1127.',
    source: 'binance.md 1.4 [D]',
    async run(binance) {
      const endTime = binance.rest.now()
      const params = { symbol: binance.symbol, startTime: endTime - 25 * 3600_000, endTime }
      for (const path of ['/api/v3/allOrders', '/api/v3/myTrades']) refused(await binance.rest.signed('GET', path, params), 400, -1127)
    },
  },
  {
    id: 'data-market-closed',
    says: 'An order on a symbol that is halted is -1013 "Market is closed."',
    source: 'errors.md -2010, captures [M]',
    switch: 'closedMarketIs1013',
    needs: ['control'],
    async run(binance) {
      const order = await binance.limit('BUY')
      await binance.control.symbol({ status: 'HALT' })
      refused(await binance.order(order), 400, -1013, 'Market is closed.')
    },
  },
  {
    id: 'data-cancel-only',
    says: 'A symbol that is CANCEL_ONLY still answers queries and cancels; new orders are refused.',
    source: 'binance.md 1.5 [D]',
    needs: ['control'],
    async run(binance) {
      const order = await binance.limit('BUY')
      const orderId = (await binance.placed(order)).number('orderId')
      await binance.control.symbol({ status: 'CANCEL_ONLY' })
      same('a new order is answered with', (await binance.order(order)).status, 400)
      same('the query tells', (await binance.query(orderId)).text('status'), 'NEW')
      same('the cancel is answered with', (await binance.cancel({ orderId })).status, 200)
    },
  },
  {
    id: 'account-disabled',
    says: 'On a disabled account orders are -2010 "This action is disabled on this account."',
    source: 'binance.md 4 [D]',
    needs: ['control'],
    async run(binance) {
      const order = await binance.limit('BUY')
      await binance.control.admin('account', { disabled: true })
      refused(await binance.order(order), 400, -2010, 'This action is disabled on this account.')
    },
  },
]
