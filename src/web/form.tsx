import type { ComponentChildren } from 'preact'

export interface FormProps {
  action: string
  /** Sent as `csrf`. */
  csrf: string
  children: ComponentChildren
}

/** A form of ours: always POST, always with its token. */
export function Form({ action, csrf, children }: FormProps) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      {children}
    </form>
  )
}
