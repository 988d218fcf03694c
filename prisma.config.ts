import { defineConfig } from 'prisma/config'

// The CLI is used offline, for `generate` and `validate` alone; migrations are applied by the service itself.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://unused' }
})
