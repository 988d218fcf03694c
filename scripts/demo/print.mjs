// How the demonstration speaks: a line for each step, with its time.

/** @returns the JSON answer. @throws Error when its status is another than expected */
export async function step(title, expected, act) {
  const answer = await timed(title, act, ({ url, status }) => `${new URL(url).pathname.padEnd(20)} ${status}`)
  const text = await answer.text()
  if (answer.status !== expected) throw new Error(`"${title}" was answered ${answer.status}, not ${expected}: ${text}`)
  return JSON.parse(text)
}

/** @returns what `act` answers */
export async function timed(title, act, describe) {
  const startedAt = performance.now()
  const result = await act()
  const milliseconds = (performance.now() - startedAt).toFixed(1)
  console.log(`${title.padEnd(27)} ${describe(result).padEnd(38)} ${milliseconds.padStart(8)} ms`)
  return result
}
