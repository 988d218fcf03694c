import { grantNumberOf } from '../protocol/identifiers.ts'
import { statusListUri, statusPlaceOf, type StatusClaim } from '../protocol/status-list.ts'

/** Where the status of a grant's token for this audience is to be read; undefined where no API of it is registered so. */
export type ReferToStatus = (grantId: string, audience: readonly string[]) => StatusClaim | undefined

export interface ReferToStatusOptions {
  apis: { find(identifier: string): { statusList: boolean } | undefined }
  issuer: string
}

export function createReferToStatus({ apis, issuer }: ReferToStatusOptions): ReferToStatus {
  return (grantId, audience) => {
    if (!audience.some(identifier => apis.find(identifier)?.statusList === true)) return undefined
    const { list, index } = statusPlaceOf(grantNumberOf(grantId))
    return { status_list: { idx: index, uri: statusListUri(issuer, list) } }
  }
}
