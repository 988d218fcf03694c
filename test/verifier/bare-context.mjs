// Loads the entry for other runtimes in a context that has what the web platform has and nothing of Node's, and prints what
// became of the tokens it was given. Where requests are all there is, as in workers, modules may neither ask nor wait: the
// verifier is made while the context refuses that. Run with --experimental-vm-modules; the arguments are the folder with node_modules and a
// file with the case in JSON.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'

const [folder, file] = process.argv.slice(2)
const { jwks, tokens, options } = JSON.parse(readFileSync(file, 'utf8'))
const asked = []
const webNames = [
  'AbortController', 'AbortSignal', 'CryptoKey', 'DecompressionStream', 'Headers', 'ReadableStream', 'Request', 'Response', 'TextDecoder',
  'TextDecoderStream', 'TextEncoder', 'URL', 'URLSearchParams', 'atob', 'btoa', 'clearTimeout', 'crypto', 'performance', 'queueMicrotask',
  'setTimeout', 'structuredClone'
]
const whileAsked = ['AbortController', 'AbortSignal', 'clearTimeout', 'fetch', 'setTimeout']
let isAsked = false
const offered = {
  ...Object.fromEntries(webNames.map(name => [name, globalThis[name]])),
  fetch: async url => {
    asked.push(url)
    return globalThis.Response.json(jwks)
  }
}
const context = vm.createContext(Object.defineProperties(offered, Object.fromEntries(whileAsked.map(name => {
  const value = offered[name]
  return [name, {
    get() {
      if (!isAsked) throw new Error(`${name} is for requests alone`)
      return value
    }
  }]
}))))
const modules = new Map()

function load(name) {
  const known = modules.get(name)
  if (known !== undefined) return known
  const module = new vm.SourceTextModule(readFileSync(name, 'utf8'), { context, identifier: name })
  modules.set(name, module)
  return module
}

function resolve(specifier, from) {
  if (specifier.startsWith('.')) return path.resolve(path.dirname(from), specifier)
  if (specifier === 'jose') return path.join(folder, 'node_modules/jose/dist/webapi/index.js')
  throw new Error(`${from} imports ${specifier}`)
}

const entry = load(path.join(folder, 'node_modules/countersign/dist/verifier/web/index.js'))
await entry.link((specifier, { identifier }) => load(resolve(specifier, identifier)))
await entry.evaluate()
const verifier = entry.namespace.createVerifier(options)
isAsked = true
const outcomes = []
for (const token of tokens) {
  outcomes.push(await verifier.verify(token).then(({ claims }) => claims.sub, error => error.code ?? String(error)))
}
console.log(JSON.stringify({ outcomes, asked, missing: vm.runInContext('typeof Buffer + typeof process + typeof require', context) }))
await verifier.close()
