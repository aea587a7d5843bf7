/** Where orders go: over the WebSocket API while it is open, else by REST. Never over one and then, unanswered, over the other. */
import { type Account, type Placing, readAs } from './account.ts'
import { BinanceFault } from './faults.ts'
import { type Raw, type Report, reportsOf } from './reports.ts'
import type { Call, WsApi } from './ws-api.ts'

/** Places, cancels, and replaces one by another. What it throws is a BinanceFault: refused or retry, nothing was done; unknown_outcome, that has to be found out. */
export interface OrderChannel {
  place(placing: Placing): Promise<Report[]>
  cancel(symbol: string, clientId: string): Promise<Report[]>
  /** A refusal of which one half was done says so in its `halves`. */
  replace(placing: Placing): Promise<Report[]>
}

/** Opens the channel. */
export function openOrderChannel(wsApi: WsApi, account: Account): OrderChannel {
  const over = async (call: Call, otherwise: () => Promise<Report[]>): Promise<Report[]> => {
    if (!wsApi.open) return await otherwise()
    let raw: unknown
    try {
      raw = await wsApi.call(call)
    } catch (error) {
      // it closed at this moment: it did not leave
      if (error instanceof BinanceFault && error.kind === 'retry' && error.code === 0 && !wsApi.open) return await otherwise()
      throw error
    }
    return readAs(call.method, true, () => reportsOf(raw as Raw))
  }
  return {
    place: placing => over(placeCall(placing), () => account.place(placing)),
    cancel: (symbol, clientId) => over(cancelCall(symbol, clientId), () => account.cancel(symbol, clientId)),
    replace: placing => over(replaceCall(placing), () => account.replace(placing)),
  }
}

// Field by field: this is on the way of every order, and a copy of all fields of an object takes several times as long.
const placeCall = ({ pair, parameters, urgency, patience, hold, sent }: Placing): Call => ({
  method: pair ? 'orderList.place.oco' : 'order.place',
  parameters,
  weight: 1,
  orders: pair ? 2 : 1,
  urgency,
  patience,
  changes: true,
  hold,
  sent,
})

const replaceCall = ({ parameters, urgency, patience, sent }: Placing): Call => ({
  method: 'order.cancelReplace',
  parameters,
  weight: 1,
  orders: 1,
  urgency,
  patience,
  changes: true,
  sent,
})

const cancelCall = (symbol: string, clientId: string): Call => ({
  method: 'order.cancel',
  parameters: { symbol, origClientOrderId: clientId },
  weight: 1,
  urgency: 'exit',
  changes: true,
})
