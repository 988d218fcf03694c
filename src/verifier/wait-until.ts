const interval = 50

/** Resolves once something is so; it is looked at now and then. Rejects with what the look throws. */
export async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise(resolve => { setTimeout(resolve, interval) })
}
