/** Properties that are worth something only where things happen. */
import * as fc from 'fast-check'

/**
 * Checks a property over so many inputs that are always the same, then looks whether enough happened in them, which so is no matter of luck;
 * and then over as many new ones.
 */
export function holds<Inputs>(property: fc.IProperty<Inputs>, runs: number, enough: () => void): void {
  fc.assert(property, { seed: 1, numRuns: runs })
  enough()
  fc.assert(property, { numRuns: runs })
}
