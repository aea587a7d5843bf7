/** What is used of @binance/connector 3.6.1, which brings no types of its own. */
declare module '@binance/connector' {
  interface SpotOptions {
    baseURL: string
    /** Milliseconds; without it requests wait for ever. */
    timeout: number
    httpsAgent?: unknown
  }

  /** An answer as its axios gives it. */
  interface SpotAnswer {
    readonly status: number
    readonly data: unknown
    readonly headers: Readonly<Record<string, unknown>>
  }

  /** Parameters as text: numbers would be written as JavaScript does, 1e-7 for one. */
  type SpotParameters = Record<string, string | readonly string[]>

  export class Spot {
    constructor(apiKey: string, apiSecret: string, options: SpotOptions)
    publicRequest(method: string, path: string, parameters?: SpotParameters): Promise<SpotAnswer>
    signRequest(method: string, path: string, parameters?: SpotParameters): Promise<SpotAnswer>
  }
}
