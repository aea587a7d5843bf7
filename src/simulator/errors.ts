/** Binance's refusals: HTTP status, code and text as it words them (errors.md of its documentation). */

/** A refusal as Binance answers it. `status` is HTTP's; `data` goes along where Binance sends some. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  readonly data: unknown
  /** Seconds until a client may come again, for 429 and 418; 0: none. */
  readonly retryAfter: number
  constructor(
    code: number,
    text: string,
    { status = 400, data, retryAfter = 0 }: { status?: number; data?: unknown; retryAfter?: number } = {},
  ) {
    super(text)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.data = data
    this.retryAfter = retryAfter
  }
}

/** What Binance's REST API sends for a refusal. */
export const bodyOf = ({ code, message, data }: ApiError): object =>
  data === undefined ? { code, msg: message } : { code, msg: message, data }

/** A mandatory parameter is missing or unreadable. */
export const missing = (name: string): ApiError =>
  new ApiError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`)
/** One of two parameters is needed. */
export const missingBoth = (one: string, other: string): ApiError =>
  new ApiError(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`)
/** A parameter that this request does not take. */
export const notRequired = (name: string): ApiError => new ApiError(-1106, `Parameter '${name}' sent when not required.`)
/** Parameters that do not go together. */
export const badCombination = (): ApiError => new ApiError(-1128, 'Combination of optional parameters invalid.')
/** A parameter with characters outside of what it may have. */
export const illegal = (name: string, range: string): ApiError =>
  new ApiError(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`)
/** More decimals than an asset has. */
export const tooPrecise = (name: string): ApiError => new ApiError(-1111, `Parameter '${name}' has too much precision.`)
/** A symbol filter is not met. */
export const filterFailure = (filter: string): ApiError => new ApiError(-1013, `Filter failure: ${filter}`)
/** The engine does not take an order. */
export const orderRejected = (text: string): ApiError => new ApiError(-2010, text)
/** The engine does not cancel an order. */
export const cancelRejected = (text = 'Unknown order sent.'): ApiError => new ApiError(-2011, text)
/** The engine does not amend an order. */
export const amendRejected = (text: string): ApiError => new ApiError(-2038, text)
/** No such order, for a query. */
export const noSuchOrder = (): ApiError => new ApiError(-2013, 'Order does not exist.')
/** The time of a request is off. */
export const badTimestamp = (ahead: boolean): ApiError =>
  new ApiError(
    -1021,
    ahead
      ? "Timestamp for this request was 1000ms ahead of the server's time."
      : 'Timestamp for this request is outside of the recvWindow.',
  )
/** The key, its address or its rights. */
export const badKey = (status = 401): ApiError => new ApiError(-2015, 'Invalid API-key, IP, or permissions for action.', { status })
/** The backend did not answer in time: whether it did something is unknown. */
export const timedOut = (): ApiError =>
  new ApiError(-1007, 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.', { status: 504 })
