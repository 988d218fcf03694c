const interval = 50

/** Resolves once something is so; it is looked at now and then. Rejects with the signal's reason. */
export async function waitUntil(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await isSo()) return
    await new Promise(resolve => { setTimeout(resolve, interval) })
  }
  throw signal.reason
}
