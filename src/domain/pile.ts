/**
 * What is filled and worked off all the time, in order. Worked off by `at` and `clear` it leaves nothing to the collector of garbage: it keeps
 * its room, and holds on to the last of what it had.
 */
export class Pile<Item> {
  /** How many there are. */
  size = 0
  readonly #items: Item[] = []

  /** Puts one behind the others. */
  add(item: Item): void {
    this.#items[this.size++] = item
  }

  /** One of them: 0 is the first. */
  at(place: number): Item {
    return this.#items[place]!
  }

  /** Forgets them all. */
  clear(): void {
    this.size = 0
  }

  /** All of them in a list of their own; none is left. */
  take(): readonly Item[] {
    const taken = this.#items.slice(0, this.size)
    this.size = 0
    return taken
  }
}
