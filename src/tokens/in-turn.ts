/** Runs acts one after the other, whoever asks for them. */
export type InTurn = <T>(act: () => Promise<T>) => Promise<T>

export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return act => {
    const done = last.then(act)
    last = done.catch(() => undefined)
    return done
  }
}
