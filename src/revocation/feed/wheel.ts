import type { Clock } from '../../ports/clock.ts'

/** Gives each of thousands its turn once in a second, spread over it, so that they do not all fall on one moment. */
export interface Wheel<Member> {
  add(member: Member): void
  delete(member: Member): void
  stop(): void
}

export interface WheelOptions<Member> {
  clock: Clock
  /** Called at each step, before the members whose turn has come. */
  onStep(): void
  onTurn(member: Member): void
}

/** Milliseconds. */
const turn = 1000
const step = 20
const slots = turn / step

/** It turns while there is anybody on it. */
export function createWheel<Member>({ clock, onStep, onTurn }: WheelOptions<Member>): Wheel<Member> {
  const rims = Array.from({ length: slots }, () => new Set<Member>())
  const slotOf = new Map<Member, number>()
  let timer: NodeJS.Timeout | undefined
  let next = 0
  let done = 0

  /** After a pause of the process the steps that were missed are made up for, at most once around. */
  function turnOn(): void {
    const due = Math.floor(clock.monotonic() / step)
    if (due <= done) return
    onStep()
    for (let at = Math.max(done + 1, due - slots + 1); at <= due; at++) {
      for (const member of rims[at % slots]!) onTurn(member)
    }
    done = due
  }

  return {
    add(member) {
      next = (next + 1) % slots
      slotOf.set(member, next)
      rims[next]!.add(member)
      if (timer !== undefined) return
      done = Math.floor(clock.monotonic() / step)
      timer = setInterval(turnOn, step)
    },
    delete(member) {
      const slot = slotOf.get(member)
      if (slot === undefined) return
      slotOf.delete(member)
      rims[slot]!.delete(member)
      if (slotOf.size === 0) this.stop()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    }
  }
}
