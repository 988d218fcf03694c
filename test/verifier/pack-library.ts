import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
export const tsc = path.join(root, 'node_modules/typescript/bin/tsc')

/**
 * The package as an application gets it: built, packed, unpacked beside jose and nothing else. Answers the application's
 * folder, inside the one that is given.
 */
export async function packLibrary(folder: string): Promise<string> {
  const source = path.join(folder, 'source')
  mkdirSync(source, { recursive: true })
  cpSync(path.join(root, 'package.json'), path.join(source, 'package.json'))
  const config = { extends: path.join(root, 'tsconfig.build.json'), include: [path.join(root, 'src/verifier'), path.join(root, 'node_modules/fastify/fastify.d.ts')], compilerOptions: {
    rootDir: path.join(root, 'src'), outDir: path.join(source, 'dist'), typeRoots: [path.join(root, 'node_modules/@types')]
  } }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
  await run(process.execPath, [tsc, '-p', folder])
  const { stdout } = await run('npm', ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', folder], { cwd: source })
  const [packed] = JSON.parse(stdout) as [{ filename: string }]
  const modules = path.join(folder, 'app/node_modules')
  mkdirSync(path.join(modules, 'countersign'), { recursive: true })
  await run('tar', ['-xzf', path.join(folder, packed.filename), '-C', path.join(modules, 'countersign'), '--strip-components=1'])
  cpSync(path.join(root, 'node_modules/jose'), path.join(modules, 'jose'), { recursive: true })
  writeFileSync(path.join(folder, 'app/package.json'), '{"type":"module"}')
  return path.join(folder, 'app')
}
