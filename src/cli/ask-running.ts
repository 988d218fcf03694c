import type { Config } from '../config.ts'
import { createFinder, type Finding } from '../doctor/finding.ts'
import type { DataFolderInUse } from '../stores/postgres/data-lock.ts'
import { adminUrlOf, callRunning } from './connect.ts'

/** Asks the service that has the embedded database open how it is; what goes wrong is a finding. */
export async function askRunning(config: Config, inUse: DataFolderInUse): Promise<Finding[]> {
  const finder = createFinder('service')
  const adminUrl = adminUrlOf(inUse)
  if (adminUrl === undefined) {
    const remedy = 'Another command may be at work, or the service is just starting: try again.'
    return [finder.warn(`${inUse.message}.`, remedy)]
  }
  try {
    return (await callRunning(config, adminUrl).get<{ findings: Finding[] }>('/admin/doctor')).findings
  } catch (error) {
    return [finder.fail('The running service could not be asked.', (error as Error).message)]
  }
}
