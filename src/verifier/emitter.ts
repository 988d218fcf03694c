/** Tells listeners what happened: as small as it can be, because not every runtime has node:events. */
export interface Emitter<Events extends object> {
  /** Returns what takes the listener off again. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void
}

export function createEmitter<Events extends object>(): Emitter<Events> {
  const listeners: { [Name in keyof Events]?: Set<(event: Events[Name]) => void> } = {}
  return {
    on(name, listener) {
      const added = listeners[name] ??= new Set()
      added.add(listener)
      return () => void added.delete(listener)
    },
    emit(name, event) {
      for (const listener of listeners[name] ?? []) {
        // What a listener does wrong must not refuse a token, nor end the work behind it.
        try { listener(event) } catch (error) { queueMicrotask(() => { throw error }) }
      }
    }
  }
}
