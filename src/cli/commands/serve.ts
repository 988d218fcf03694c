import type { Command } from '../command.ts'

/** Becomes the service. */
export const serve: Command = {
  name: 'serve',
  summary: 'Start the service',
  options: {},
  async run() {
    await import('../../main.ts')
    return { json: undefined, text: '', staysRunning: true }
  }
}
