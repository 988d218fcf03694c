import { createFinder, type Finding } from './finding.ts'

const oldest = [20, 19] as const

/** @param version such as `v20.19.0` */
export function judgeNodeVersion(version: string): Finding {
  const finder = createFinder('node')
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
    ? finder.ok(`Node ${version.slice(1)}.`)
    : finder.fail(`Node ${version.slice(1)} is too old.`, `Install Node ${oldest.join('.')} or later.`)
}
