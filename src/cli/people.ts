/** Where trouble at the venue goes besides the log: a venue opens before there is somebody to be told. */

/** People to be told. What comes before there are any is told then. */
export class People {
  readonly #early: string[] = []
  #tell: (text: string) => void = text => void this.#early.push(text)

  /** Tells them of something, now or later. */
  trouble(text: string): void {
    this.#tell(text)
  }

  /** From now on they are told by this. */
  by(tell: (text: string) => void): void {
    this.#tell = tell
    for (const text of this.#early.splice(0)) tell(text)
  }
}
