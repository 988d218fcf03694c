import { Prisma } from '../../generated/prisma/client.ts'
import type { DeviceStore } from '../devices.ts'
import type { Database } from './database.ts'

export function createDeviceStore({ query }: Database): DeviceStore {
  return {
    async isKnown(email, secretHash) {
      const row = await query.row(Prisma.sql`
        SELECT 1 AS known FROM devices d JOIN users u ON u.id = d.user_id
        WHERE d.secret_hash = ${secretHash}::bytea AND u.email = ${email}`)
      return row !== undefined
    }
  }
}
