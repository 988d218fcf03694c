// Reads the TAP of a run as it comes: one line for each test file, the whole of its output where it failed,
// and at the end how many assertions passed and failed, as tap counts them.

const fileResult = /^(not )?ok \d+ - (.*?)(?: # time=([\d.]+)ms)?(?: # .*)?$/
const summaryLine = /^# \{ total: /

/** @param say receives the lines for the person who waits */
export function createTapReader(say) {
  const state = { rest: '', section: [], failedFiles: 0, inDiagnosis: false, summary: undefined }
  return {
    write(chunk) {
      const lines = (state.rest + chunk).split('\n')
      state.rest = lines.pop()
      for (const line of lines) readLine(state, line, say)
    },
    /**
     * @returns { passed, failed } in assertions; a file that failed without a failed assertion counts as one
     */
    end() {
      if (state.rest !== '') readLine(state, state.rest, say)
      if (state.summary !== undefined) return count(state)
      // tap itself ended early: what it said last is all there is to go by.
      for (const line of state.section) say(line)
      return { passed: 0, failed: Math.max(1, state.failedFiles) }
    }
  }
}

function readLine(state, line, say) {
  const result = fileResult.exec(line)
  if (result) {
    showFile(state, result, say)
    return
  }
  if (summaryLine.test(line)) state.summary = line
  // Below the result of a failed file tap tells its exit code, its signal or that it took too long.
  if (state.inDiagnosis && /^ {2}/.test(line)) say(line)
  else state.section.push(line)
  if (line === '  ...' || line.startsWith('#')) state.inDiagnosis = false
}

function showFile(state, [, not, name, milliseconds], say) {
  const time = milliseconds === undefined ? '' : ` (${Math.round(Number(milliseconds))} ms)`
  say(`${not ? 'FAIL' : 'ok  '} ${name}${time}`)
  if (not) {
    state.failedFiles += 1
    state.inDiagnosis = true
    for (const line of state.section.filter(line => line.trim() !== '')) say(line)
  }
  state.section = []
}

function count({ summary, failedFiles }) {
  const figure = name => Number(new RegExp(`\\b${name}: (\\d+)`).exec(summary)?.[1] ?? 0)
  return { passed: figure('pass'), failed: Math.max(figure('fail'), failedFiles) }
}
