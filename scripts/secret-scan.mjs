// Looks in the output of a test run for the secrets that the tests have made and registered
// (test/support/secrets.ts).
import { readFileSync } from 'node:fs'

/** @returns a sentence for each line that shows a secret, naming the test file, never the secret */
export function findSecrets({ secretsFile, logFile }) {
  const secrets = [...new Set(readFileSync(secretsFile, 'utf8').split('\n'))].filter(secret => secret !== '')
  const lines = readFileSync(logFile, 'utf8').split('\n')
  const leaks = []
  let testFile = 'before the first test file'
  lines.forEach((line, index) => {
    const subtest = /^# Subtest: (.*)$/.exec(line)
    if (subtest) testFile = subtest[1]
    if (secrets.some(secret => line.includes(secret))) {
      leaks.push(`A secret stands in the output, line ${index + 1} of .tap/last-run.log, near ${testFile}`)
    }
  })
  return leaks
}
