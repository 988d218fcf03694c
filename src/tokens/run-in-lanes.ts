/**
 * Runs an asynchronous act over a list, at most `lanes` at a time; the results stand in the order of the list. Keeps a
 * long list from filling libuv's queue, behind which every signature would wait.
 */
export async function runInLanes<T, R>(items: readonly T[], lanes: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const runLane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await act(items[at]!)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, runLane))
  return results
}
