import { once } from 'node:events'
import net from 'node:net'

/** A TCP proxy in front of a server, which can fail as a network does. */
export interface Proxy {
  /** The server's URL, by way of the proxy. */
  url: string
  /** Breaks every connection and accepts no new one. */
  cut(): void
  /** Holds every byte back, in both directions and on new connections too: a network that has died without a word. */
  hang(): void
  /** Lets everything through; what had been held back is gone with its connection. */
  heal(): void
  /** Breaks every connection, and leads the next ones to another server. */
  leadTo(serverUrl: string): void
  close(): Promise<void>
}

type Mode = 'open' | 'cut' | 'hung'

/** @param port where it listens; 0 for any that is free */
export async function startProxy(serverUrl: string, port = 0): Promise<Proxy> {
  let target = new URL(serverUrl)
  const sockets = new Set<net.Socket>()
  let mode: Mode = 'open'

  const drop = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const keep = (socket: net.Socket): net.Socket => {
    sockets.add(socket)
    // A broken connection is what this is for.
    socket.on('error', () => undefined)
    socket.on('close', () => void sockets.delete(socket))
    return socket
  }
  const server = net.createServer(client => {
    if (mode === 'cut') return void client.destroy()
    keep(client)
    if (mode === 'hung') return
    const upstream = keep(net.connect(Number(target.port), target.hostname))
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      from.on('data', chunk => { if (mode === 'open') to.write(chunk) })
      from.on('close', () => to.destroy())
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as net.AddressInfo).port)

  return {
    url: url.href,
    cut() {
      mode = 'cut'
      drop()
    },
    hang() {
      mode = 'hung'
    },
    heal() {
      if (mode === 'hung') drop()
      mode = 'open'
    },
    leadTo(otherUrl) {
      target = new URL(otherUrl)
      drop()
    },
    async close() {
      drop()
      server.close()
      await once(server, 'close')
    }
  }
}
