import type { ComponentChildren } from 'preact'

export interface ResponseFormProps {
  redirectUri: string
  /** The parameters of the authorization response. */
  params: Readonly<Record<string, string>>
  children: ComponentChildren
}

/** Carries the answer to the application (OAuth 2.0 Form Post Response Mode §2). No token of ours goes with it. */
export function ResponseForm({ redirectUri, params, children }: ResponseFormProps) {
  return (
    <form method="post" action={redirectUri}>
      {Object.entries(params).map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      {children}
    </form>
  )
}
