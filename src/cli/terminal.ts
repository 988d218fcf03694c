import { CommandError, UsageError } from './command.ts'

/** The person, or the script, that called. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Everything on standard input, without one line break at its end. */
  readAll(): Promise<string>
  /** Asks for a line that is not shown while it is typed. Throws UsageError when nobody sits there. */
  askHidden(prompt: string): Promise<string>
}

export interface TerminalStreams {
  input: NodeJS.ReadStream
  output: NodeJS.WritableStream
  errors: NodeJS.WritableStream
}

export function createTerminal({ input, output, errors }: TerminalStreams): Terminal {
  return {
    out: text => void output.write(text),
    err: text => void errors.write(text),
    async readAll() {
      let text = ''
      input.setEncoding('utf8')
      for await (const part of input) text += part as string
      return text.replace(/\r?\n$/, '')
    },
    async askHidden(prompt) {
      if (!input.isTTY) {
        throw new UsageError('There is no terminal to ask at: pass it on standard input with --password-stdin.')
      }
      errors.write(prompt)
      try {
        return await readHidden(input)
      } finally {
        errors.write('\n')
      }
    }
  }
}

/** In raw mode the terminal shows nothing by itself, and its keys come as they are. */
function readHidden(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = ''
    const finish = (settle: () => void): void => {
      input.off('data', take)
      input.setRawMode(false)
      input.pause()
      settle()
    }
    const take = (keys: string): void => {
      for (const key of keys) {
        if (key === '\r' || key === '\n') return finish(() => resolve(typed))
        if (key === '\u0003' || key === '\u0004') {
          return finish(() => reject(new CommandError('Cancelled; nothing was changed.')))
        }
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('')
        else if (key === '\u0015') typed = ''
        else typed += key
      }
    }
    input.setEncoding('utf8')
    input.setRawMode(true)
    input.on('data', take)
    input.resume()
  })
}
