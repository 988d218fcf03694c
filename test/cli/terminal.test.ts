import { PassThrough } from 'node:stream'
import t from 'tap'
import { createTerminal } from '../../src/cli/terminal.ts'

function openTerminal(isTTY: boolean) {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => void modes.push(on) })
  const [output, errors] = [new PassThrough(), new PassThrough()]
  const streams = { input: input as unknown as NodeJS.ReadStream, output, errors }
  return { input, modes, terminal: createTerminal(streams), shown: () => String(output.read() ?? '') + String(errors.read() ?? '') }
}

t.test('a password is not shown while it is typed, and may be corrected', async t => {
  const { input, modes, terminal, shown } = openTerminal(true)
  const answer = terminal.askHidden('Password: ')
  for (const keys of ['wrong', '\u0015', 'hunt', 'ex', '\u007f', 'r', '🔑', '\u007f', '2', '\r']) input.write(keys)
  t.equal(await answer, 'hunter2')
  t.equal(shown(), 'Password: \n')
  t.strictSame(modes, [true, false], 'the terminal is given back as it was')
})

t.test('a cancelled prompt changes nothing and gives the terminal back', async t => {
  const { input, modes, terminal } = openTerminal(true)
  const answer = terminal.askHidden('Password: ')
  input.write('secr\u0003')
  await t.rejects(answer, /Cancelled/)
  t.strictSame(modes, [true, false])
})

t.test('without a terminal nothing is asked', async t => {
  const { terminal } = openTerminal(false)
  await t.rejects(terminal.askHidden('Password: '), /--password-stdin/)
})

t.test('what is piped in loses its last line break only', async t => {
  const { input, terminal } = openTerminal(false)
  input.end(' two\nlines \r\n')
  t.equal(await terminal.readAll(), ' two\nlines ')
})
