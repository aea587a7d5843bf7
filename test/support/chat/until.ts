/** Waiting for what a server sees, without sleeping: looked at again whenever it changed. */
export class Watched {
  readonly #waiting = new Set<() => void>()

  /** Something changed. */
  changed(): void {
    for (const look of this.#waiting) look()
  }

  /** Resolves with what `look` finds once that is something: not undefined, null, false or an empty text. Rejects after half a minute, which only a machine that is busy with much else comes near, with what `describe` says. */
  until<Found>(look: () => Found | undefined | null | false, describe: () => string): Promise<Found> {
    return new Promise((resolve, reject) => {
      const again = (): void => {
        const found = look()
        if (found === undefined || found === null || found === false || found === '') return
        clearTimeout(timer)
        this.#waiting.delete(again)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(again)
        reject(new Error(`it did not come: ${describe()}`))
      }, 30_000)
      this.#waiting.add(again)
      again()
    })
  }
}
