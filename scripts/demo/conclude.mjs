/** What the table has shown, in words. */
export function conclude(outages) {
  const named = isNoticed => outages.filter(outage => outage.isNoticed === isNoticed).map(({ name }) => name)
  const missed = named(false).map(name => `${name} was not missed: the instances went on by PostgreSQL.\n`)
  console.log(`
Done. ${missed.join('')}With ${named(true).join(', or ')} away, nobody could confirm the views, and each service did as told.
What was known to be signed out stayed refused, and the views were fresh again by themselves.
Which policy is right for which route: docs/verifying-tokens.md, "When something is away".`)
}
