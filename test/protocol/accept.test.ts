import t from 'tap'
import { acceptsEncoding, acceptsType } from '../../src/protocol/accept.ts'

const type = 'application/statuslist+jwt'

t.test('a type is accepted by its name, by a range, or by default', async t => {
  const fine = [
    undefined, '', '*/*', type, 'application/*', `application/statuslist+cwt, ${type};q=0.1`, 'text/html, */*;q=0.8', 'APPLICATION/StatusList+JWT',
    `${type}; q=1.0`
  ]
  for (const header of fine) t.equal(acceptsType(header, type), true, String(header))
  for (const header of ['application/statuslist+cwt', 'text/html', `${type};q=0`, `*/*, ${type};q=0.000`, 'application/*;q=0', '*', 'garbage;;q']) {
    t.equal(acceptsType(header, type), false, String(header))
  }
})

t.test('a coding is accepted only where the caller says so', async t => {
  for (const header of ['gzip', 'br, gzip;q=0.5', '*', 'GZIP ; q=1']) t.equal(acceptsEncoding(header, 'gzip'), true, String(header))
  for (const header of [undefined, '', 'br', 'gzip;q=0', 'identity', '*;q=0', 'gzip;q=0, *', 'gzipped']) {
    t.equal(acceptsEncoding(header, 'gzip'), false, String(header))
  }
})
