/** A column of numbers whose length is not known before. */

const FIRST = 1 << 14

/** It grows as it is filled. */
export class Column {
  #numbers = new Float64Array(FIRST)
  length = 0

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.length++] = value
  }

  /** What is in it, in no more room than it needs. It takes nothing more. */
  done(): Float64Array {
    const whole = this.#numbers.slice(0, this.length)
    this.#numbers = new Float64Array(0)
    return whole
  }
}
