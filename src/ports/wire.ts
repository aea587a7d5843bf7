/** Where programs of others listen. What is said there is a copy: nothing of ours depends on its being heard. */
export interface Wire {
  /**
   * Says a text on a channel. Returns at once and never throws: while the wire is down the newest texts wait, as many as fit, and the
   * oldest are dropped. Those of one channel arrive in order, each once or not at all.
   */
  publish(channel: string, text: string): void
  /** Says what still waits, as far as that goes quickly, and ends. */
  close(): Promise<void>
}
