import { grantNumberOf } from '../protocol/identifiers.ts'
import { statusListUri, statusPlaceOf, type StatusClaim } from '../protocol/status-list.ts'

/** Where the status of a grant's token is to be read; undefined where no API of its audience is registered so. */
export type ReferToStatus = (grantId: string, token: ReferringToken) => StatusClaim | undefined

export interface ReferringToken {
  audience: readonly string[]
  /** Of the key that signs it. */
  kid: string
}

export interface ReferToStatusOptions {
  apis: { find(identifier: string): { statusList: boolean } | undefined }
  issuer: string
}

export function createReferToStatus({ apis, issuer }: ReferToStatusOptions): ReferToStatus {
  return (grantId, { audience, kid }) => {
    if (!audience.some(identifier => apis.find(identifier)?.statusList === true)) return undefined
    const { list, index } = statusPlaceOf(grantNumberOf(grantId))
    return { status_list: { idx: index, uri: statusListUri(issuer, { list, kid }) } }
  }
}
