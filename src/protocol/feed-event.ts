/** A server-sent event (HTML, 9.2.6 "Interpreting an event stream") with JSON in its data, which has no line break. */

/** @param id what the subscriber resumes from, for the events that have a point */
export function renderEvent(name: string, data: string, id?: string): string {
  return id === undefined ? `event: ${name}\ndata: ${data}\n\n` : `event: ${name}\nid: ${id}\ndata: ${data}\n\n`
}
