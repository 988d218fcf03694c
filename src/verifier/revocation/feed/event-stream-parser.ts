/** One server-sent event. */
export interface StreamEvent {
  name: string
  data: string
  /** Absent where the event has none of its own. */
  id: string | undefined
}

/** What the text so far has completed. Throws where an event is longer than it may be. */
export type EventStreamParser = (text: string) => StreamEvent[]

/**
 * Server-sent events (HTML, 9.2.6 "Interpreting an event stream") out of a stream's text, wherever it is cut.
 *
 * @param maxLength characters of one event: a stream without a blank line must not fill the memory
 */
export function createEventStreamParser(maxLength: number): EventStreamParser {
  let rest = ''
  let fields = emptyFields()
  let length = 0

  function endEvent(events: StreamEvent[]): void {
    if (fields.data.length > 0) events.push({ name: fields.name, data: fields.data.join('\n'), id: fields.id })
    fields = emptyFields()
    length = 0
  }

  function takeLine(line: string): void {
    length += line.length
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') fields.name = value
    if (name === 'data') fields.data.push(value)
    if (name === 'id') fields.id = value
  }

  /** Only where a line ends: a line that drips in must not be looked through again and again. */
  function takeLines(text: string): StreamEvent[] {
    const events: StreamEvent[] = []
    // A CR at the very end may be the half of a line's end: it waits for what follows.
    const lines = text.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    for (const line of lines) {
      if (line === '') endEvent(events)
      else takeLine(line)
    }
    return events
  }

  return text => {
    const isWithin = !/[\r\n]/.test(text) && !rest.endsWith('\r')
    rest += text
    const events = isWithin ? [] : takeLines(rest)
    if (length + rest.length > maxLength) throw new Error(`an event of the feed is longer than ${maxLength} characters`)
    return events
  }
}

function emptyFields(): { name: string; data: string[]; id: string | undefined } {
  return { name: 'message', data: [], id: undefined }
}
