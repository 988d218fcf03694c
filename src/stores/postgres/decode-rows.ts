import type { ColumnType, SqlResultSet } from '@prisma/driver-adapter-utils'
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils'

type Decode = (value: never) => unknown

/** A list may hold NULL, which is null there too. */
const each = <Result>(decode: (text: string) => Result) => (values: Array<string | null>): Array<Result | null> =>
  values.map(value => value === null ? null : decode(value))

/** What the driver leaves as text. Everything else is a JavaScript value when it arrives, bytes as a Buffer. */
const decoders: Partial<Record<ColumnType, Decode>> = {
  [ColumnTypeEnum.Int64]: (value: string) => BigInt(value),
  [ColumnTypeEnum.DateTime]: (value: string) => new Date(value),
  [ColumnTypeEnum.Json]: (value: string) => JSON.parse(value) as unknown,
  [ColumnTypeEnum.Int64Array]: each(BigInt),
  [ColumnTypeEnum.DateTimeArray]: each(value => new Date(value)),
  [ColumnTypeEnum.JsonArray]: each(value => JSON.parse(value) as unknown)
}

/** The driver's answer, a list of values for each row, as objects named by column. NULL is null. */
export function decodeRows<Row>({ columnNames, columnTypes, rows }: SqlResultSet): Row[] {
  const columns = columnNames.map((name, place) => ({ name, place, decode: decoders[columnTypes[place]!] }))
  return rows.map(values => {
    const row: Record<string, unknown> = {}
    for (const { name, place, decode } of columns) {
      const value = values[place]
      row[name] = decode === undefined || value === null ? value : decode(value as never)
    }
    return row as Row
  })
}
