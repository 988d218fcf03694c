/** The groups of admin routes, in the order in which the document tells of them. */
export const adminTags = {
  users: { name: 'Users', description: 'Made, listed, changed, disabled. A user is named by an id or an email address.' },
  clients: { name: 'Clients', description: 'Applications; members are named as in RFC 7591.' },
  apis: { name: 'APIs', description: 'What access tokens can be for (RFC 8707). An identifier is percent-encoded.' },
  keys: { name: 'Keys', description: 'Their times, their rotation, and their end.' },
  revocations: { name: 'Revocations', description: 'Revoking anything, and who has heard of it.' },
  insight: { name: 'Insight', description: 'What has happened, and what a running instance knows of itself.' },
  health: { name: 'Health', description: 'For whoever keeps the process running; open without the token.' }
} as const
