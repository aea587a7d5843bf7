/** How far trading goes on, and whom that keeps from entering. */
import { type Denial, type DenialCode, deny } from '#domain/denial.ts'
import type { Slot } from './slot.ts'

/** pause: no new strategy entries. reduce: nobody enters. halt: strategies do not exit either. Protection and people's exits always work. */
export type Mode = 'running' | 'paused' | 'reduced' | 'halted'

const denials: Record<Exclude<Mode, 'running'>, DenialCode> = { paused: 'paused', reduced: 'reduced', halted: 'halted' }

/** Why a slot's strategy does not enter in a mode, or null. */
export function modeDenial(mode: Mode, slot: Slot): Denial | null {
  if (slot.quarantined !== null) return deny('quarantined', `${slot.owner} is quarantined: ${slot.quarantined}`)
  if (!slot.enabled) return deny('disabled', `${slot.owner} is switched off on ${slot.symbol}`)
  return mode === 'running' ? null : deny(denials[mode], `trading is ${mode}: no new entries`)
}
