/** A column of numbers whose length is not known before. */

const PIECE = 1 << 16

/** It grows by pieces, so that it never takes much more room than what is in it. */
export class Column {
  readonly #full: Float64Array[] = []
  #last = new Float64Array(PIECE)
  #filled = 0

  get length(): number {
    return this.#full.length * PIECE + this.#filled
  }

  push(value: number): void {
    if (this.#filled === PIECE) {
      this.#full.push(this.#last)
      this.#last = new Float64Array(PIECE)
      this.#filled = 0
    }
    this.#last[this.#filled++] = value
  }

  /** What is in it, as one. It is empty afterwards. */
  done(): Float64Array {
    const whole = new Float64Array(this.length)
    for (const [place, piece] of this.#full.entries()) whole.set(piece, place * PIECE)
    whole.set(this.#last.subarray(0, this.#filled), this.#full.length * PIECE)
    this.#full.length = 0
    this.#filled = 0
    return whole
  }
}
