/** What is on its way, by client. */
export interface InFlight {
  size(): number
  /** @param delivery never rejects */
  add(clientId: string, delivery: Promise<void>): void
  clientsWith(count: number): string[]
  /** When one has arrived, or somebody wakes. */
  next(): Promise<void>
  wake(): void
  settled(): Promise<void>
}

export function createInFlight(): InFlight {
  const deliveries = new Map<Promise<void>, string>()
  let wake = (): void => {}
  return {
    size: () => deliveries.size,
    add(clientId, delivery) {
      const tracked: Promise<void> = delivery.finally(() => {
        deliveries.delete(tracked)
        wake()
      })
      deliveries.set(tracked, clientId)
    },
    clientsWith(count) {
      const counts = new Map<string, number>()
      for (const clientId of deliveries.values()) counts.set(clientId, (counts.get(clientId) ?? 0) + 1)
      return [...counts].filter(([, each]) => each >= count).map(([clientId]) => clientId)
    },
    next: () => new Promise(resolve => { wake = resolve }),
    wake: () => wake(),
    settled: async () => void await Promise.all(deliveries.keys())
  }
}
