/** The groups of routes, in the order in which the document tells of them. */
export const tags = {
  firstParty: { name: 'First-party API', description: 'For the front ends of your own product: JSON and cookies.' },
  oauth: { name: 'OAuth and OpenID Connect', description: 'What applications speak, by the specifications.' },
  registration: { name: 'Client registration', description: 'Applications register themselves (RFC 7591, RFC 7592).' },
  discovery: { name: 'Discovery', description: 'Public documents, cacheable, for pages of every site.' },
  revocations: { name: 'Revocations', description: 'For services: is this token revoked, and revoke this.' },
  statusLists: { name: 'Token Status Lists', description: 'Which tokens are revoked, for everybody to keep for a while (draft-ietf-oauth-status-list).' },
  pages: { name: 'Pages', description: 'Where a person signs in and decides. No application calls these.' },
  health: { name: 'Health', description: 'For whoever keeps the process running.' }
} as const
