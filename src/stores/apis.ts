/** An API that access tokens can be for (RFC 8707), as an operator registered it. */
export interface Api {
  /** The resource indicator, compared character by character: what `aud` says. */
  identifier: string
  name: string
  scopes: string[]
  /** Seconds; undefined means the lifetime in force. */
  tokenLifetime: number | undefined
  /** The ids of the clients that may ask for it. */
  clients: string[]
  /** Whether the access tokens of grants for it name their place in a Token Status List. */
  statusList: boolean
  createdAt: Date
}

/** Without a status list unless it says so. */
export type NewApi = Omit<Api, 'createdAt' | 'statusList'> & { statusList?: boolean | undefined }

/** What is absent stays as it is; a lifetime of null means the lifetime in force from now on. */
export type ApiChanges =
  Partial<Pick<Api, 'name' | 'scopes' | 'clients' | 'statusList'>> & { tokenLifetime?: number | null | undefined }

export interface ApiStore {
  /** Atomic. False when the identifier is taken. */
  create(api: NewApi, actor: string): Promise<boolean>
  /** All, in order of creation. */
  list(): Promise<Api[]>
  /** Atomic. False when there is no such API. */
  change(identifier: string, changes: ApiChanges, actor: string): Promise<boolean>
  /** Ends no token: what was issued runs its time. False when there was none. */
  delete(identifier: string, actor: string): Promise<boolean>
}
