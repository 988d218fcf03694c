import type { Member } from './describe-schema.ts'

export interface MemberListProps {
  title: string
  members: ReadonlyArray<Member & { place?: string | undefined }>
  required: string
}

/** Parameters, members of a body or answers: names with what there is to say of each. */
export function MemberList({ title, members, required }: MemberListProps) {
  if (members.length === 0) return null
  return (
    <>
      <h4>{title}</h4>
      <dl class="members">
        {members.map(({ name, type, isRequired, description, place }) => (
          <div>
            <dt>
              <code>{name}</code>{' '}
              <span class="note" lang="en">{[type, place].filter(Boolean).join(', ')}</span>{' '}
              {isRequired && <strong>{required}</strong>}
            </dt>
            {description && <dd lang="en">{description}</dd>}
          </div>
        ))}
      </dl>
    </>
  )
}
