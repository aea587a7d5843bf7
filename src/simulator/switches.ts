/** What nobody here could ask Binance about, as switches: as it is believed to be, or the other way. Listed by GET /admin. */

/** A fact that was not verified. */
interface Belief {
  /** What is believed, and what the other way would be. */
  readonly believed: string
  readonly otherwise: string
  /** Where it is written down: the reference's section, and M (memory) or inf (inferred). */
  readonly source: string
}

/** All of them, by name. */
export const beliefs = {
  invalidKeyIs401: {
    believed: 'an unknown key is answered with HTTP 401',
    otherwise: 'with HTTP 400',
    source: 'binance.md 1.3 [M]',
  },
  unreadParametersRefused: {
    believed: 'a parameter that nobody reads is refused (-1104 signed, -1101 public)',
    otherwise: 'it is passed over',
    source: 'errors.md -1104, -1101; when they are used [M]',
  },
  surplusTimeInForceIs1106: {
    believed: 'timeInForce where it does not belong is -1106 "Parameter \'timeInForce\' sent when not required."',
    otherwise: 'it is -1114 "TimeInForce parameter sent when not required."',
    source: 'binance.md 1.6 [M]',
  },
  clientOrderIdPattern: {
    believed: 'newClientOrderId has to match ^[.A-Z:/a-z0-9_-]{1,36}$',
    otherwise: 'any text of up to 36 characters is taken',
    source: 'binance.md 1.6 [M]',
  },
  lowLiquidityIs2010: {
    believed: 'a quoteOrderQty that the book cannot serve at all is refused with -2010',
    otherwise: 'it is accepted and expires with nothing executed',
    source: 'binance.md 1.7 [M]',
  },
  buyPairLocksTheDearer: {
    believed: 'a BUY OCO locks the larger of its two notionals',
    otherwise: 'it locks that of its limit leg',
    source: 'binance.md 1.8 [M]',
  },
  discountMultiplies: {
    believed: 'fees paid in BNB are 0.75 of the plain fee where discount says 0.25',
    otherwise: 'they are 0.25 of it (the documentation’s formula)',
    source: 'binance.md 1.16 [M]',
  },
  defaultFeeIsTenBasisPoints: {
    believed: 'maker and taker pay 0.1 % each unless set',
    otherwise: 'maker and taker pay 0.15 %, as the documentation’s example shows',
    source: 'binance.md 1.16 [M]',
  },
  widePercentPrice: {
    believed: 'PERCENT_PRICE_BY_SIDE of the majors is 5 / 0.2 on both sides',
    otherwise: 'it is as narrow as on a new symbol: 1.1 / 0.8 and 1.2 / 0.9',
    source: 'binance.md 2 [M]',
  },
  documentedOrderLimits: {
    believed: 'an account may have 50 unfilled orders in 10 s and 160000 a day (the documentation)',
    otherwise: '100 in 10 s and 200000 a day (seen live)',
    source: 'binance.md 3 [M]',
  },
  sapiWeightHeaders: {
    believed: 'SAPI answers carry X-SAPI-USED-IP-WEIGHT-1M',
    otherwise: 'they carry no weight header',
    source: 'binance.md 3 [M]',
  },
  triggerReportsNewAgain: {
    believed: 'a stop that triggers is reported by a further executionReport x=NEW with w=true',
    otherwise: 'nothing is reported before its trade',
    source: 'binance.md 6 [M]',
  },
  fokMayWork: {
    believed: 'the working order of an OTO, OTOCO, OPO or OPOCO may be FOK or IOC',
    otherwise: 'it has to be GTC; else -1014 "Unsupported order combination."',
    source: 'faults.md 0.3 [inf]',
  },
  pendingNeedsNoFunds: {
    believed: 'funds of the pending legs of an OTO are checked when they go live',
    otherwise: 'they are checked when the list is placed',
    source: 'faqs/opo.md, by contrast [inf]',
  },
  testOrderSkipsBalance: {
    believed: 'order/test checks parameters and filters, not the balance',
    otherwise: 'it checks the balance too (-2010)',
    source: 'rest-api.md "does not send it into the matching engine" [inf]',
  },
  closedMarketIs1013: {
    believed: '"Market is closed." comes with -1013',
    otherwise: 'it comes with -2010',
    source: 'errors.md lists it for -2010; captures show -1013 [M]',
  },
  pendingIsReported: {
    believed: 'a pending leg is reported by executionReport x=NEW, X=PENDING_NEW when its list is placed',
    otherwise: 'nothing is reported of it before it goes live',
    source: 'enums.md PENDING_NEW; that it is reported [inf]',
  },
  peggedIgnoresPrice: {
    believed: 'a pegged order works at the pegged price, whatever price came with it',
    otherwise: 'the price that came with it bounds the pegged one: a buyer pays no more, a seller takes no less',
    source: 'faqs/pegged_orders.md; what the price is for [inf]',
  },
  delistedStaysAsBreak: {
    believed: 'a symbol that is delisted stays in exchangeInfo as BREAK',
    otherwise: 'it vanishes from exchangeInfo, and is -1121 from then on',
    source: 'symbols of BREAK in captures of exchangeInfo [M]',
  },
  absenceIsFinal: {
    believed: 'a request is not executed later than timestamp + recvWindow',
    otherwise: 'one that was lost may still be executed late: the second look at the time is left out',
    source: 'faults.md 0.2 [inf]',
  },
} as const satisfies Readonly<Record<string, Belief>>

/** A switch's name. */
export type SwitchName = keyof typeof beliefs

/** True: as it is believed. */
export type Switches = { [Name in SwitchName]: boolean }

/** All as they are believed to be, with some the other way. */
export const switchesOf = (otherwise: readonly SwitchName[]): Switches =>
  Object.fromEntries(Object.keys(beliefs).map(name => [name, !otherwise.includes(name as SwitchName)])) as Switches
