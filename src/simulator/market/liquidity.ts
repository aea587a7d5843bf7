/** What others traded within a minute, less what we took in it. */

const MINUTE = 60_000

/** The rolling minute of one symbol. Float base units. */
export class Liquidity {
  readonly #traded = new RollingMinute()
  readonly #taken = new RollingMinute()

  /** Others traded. */
  traded(time: number, quantity: number): void {
    this.#traded.add(time, quantity)
  }
  /** We took. */
  took(time: number, quantity: number): void {
    this.#taken.add(time, quantity)
  }
  /** What a share of the minute's volume leaves to us. */
  room(time: number, share: number): number {
    return Math.max(0, this.#traded.sum(time) * share - this.#taken.sum(time))
  }
}

class RollingMinute {
  #times: number[] = []
  #quantities: number[] = []
  #first = 0
  #sum = 0

  add(time: number, quantity: number): void {
    this.#times.push(time)
    this.#quantities.push(quantity)
    this.#sum += quantity
  }
  sum(now: number): number {
    while (this.#first < this.#times.length && this.#times[this.#first]! <= now - MINUTE) this.#sum -= this.#quantities[this.#first++]!
    // with nothing left there is no rounding left either
    if (this.#first === this.#times.length) this.#sum = 0
    if (this.#first > 1000 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#quantities = this.#quantities.slice(this.#first)
      this.#first = 0
    }
    return Math.max(0, this.#sum)
  }
}
