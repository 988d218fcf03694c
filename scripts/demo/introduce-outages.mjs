import { policies } from './policies.mjs'

/** What a reader has to know before the table. */
export function introduceOutages({ absence }) {
  console.log(`
And when something is away? A view of the revocations that nobody confirms grows old, and a sign-out could be
missing there. Up to an age of 5 s a service goes on with it; then it does what it was told to. Here are three services,
the one from above (lookup) and two more, which differ in that alone:
`)
  for (const { name, does } of policies) console.log(`  ${name}  ${does}`)
  if (absence) {
    console.log(`
Left out: Redis and PostgreSQL going away. That takes a Redis and a PostgreSQL which the demonstration starts itself,
and ${absence}.`)
  }
  console.log()
}
