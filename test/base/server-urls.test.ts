import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDatabaseUrl } from '../../src/base/database-url'
import { readRedisUrl } from '../../src/base/redis-url'
import { readConfig } from '../../src/config'

const NONE = { path: undefined, username: undefined, password: undefined, db: 0, tls: undefined, sentinel: undefined }
const folder = mkdtempSync(join(tmpdir(), 'tailrace-authorities-'))
const noFile = join(folder, 'none.pem')
const noCertificate = join(folder, 'empty.pem')
writeFileSync(noCertificate, '')

afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  ['redis://localhost', { nodes: [{ host: 'localhost', port: 6379 }] }],
  ['redis://:p%40ss%2C%25@h:7000/3', { nodes: [{ host: 'h', port: 7000 }], password: 'p@ss,%', db: 3 }],
  [
    'rediss://me:pw@[::1]:7000/',
    { nodes: [{ host: '::1', port: 7000 }], username: 'me', password: 'pw', tls: { ca: undefined } },
  ],
  ['unix:///run/redis%20x.sock', { nodes: [], path: '/run/redis x.sock' }],
  ['unix:///r.sock?password=a%26b&username=me&db=2', { path: '/r.sock', password: 'a&b', username: 'me', db: 2 }],
  [
    'redis://:pw@a:1, redis://b:2,redis://[fe80::1]:3/0',
    {
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'fe80::1', port: 3 },
      ],
      password: 'pw',
    },
  ],
  [
    'redis+sentinel://me:p%2Cw@a,b:7000/mymaster/2?sentinel_password=x%26y',
    {
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 7_000 },
      ],
      sentinel: { master: 'mymaster', username: undefined, password: 'x&y' },
      ...{ username: 'me', password: 'p,w', db: 2 },
    },
  ],
  [
    'rediss+sentinel://[::1]:1/m?sentinel_username=s',
    {
      nodes: [{ host: '::1', port: 1 }],
      sentinel: { master: 'm', username: 's', password: undefined },
      tls: { ca: undefined },
    },
  ],
])('%s is a valid REDIS_URL', (url, expected) => {
  expect(readRedisUrl(url)).toEqual({ ...NONE, nodes: [], ...expected })
})

test.each([
  ['http://localhost:6379', 'must start with redis://'],
  ['localhost:6379', 'must start with redis://'],
  ['redis://', 'has no host'],
  ['redis:///0', 'has no host'],
  ['redis://a,b', 'address 2 must start with redis://'],
  ['redis://a,', 'address 2 is empty: remove the extra comma'],
  ['redis://a,,redis://b', 'address 2 is empty'],
  ['redis://a,rediss://b', 'address 2 must start with redis:// as well'],
  ['redis://:x@a,redis://:y@b', 'address 2 has a different password'],
  ['redis://me:x@a,redis://you:x@b', 'address 2 has a different username'],
  ['redis://a/3,redis://b/3', 'only has database 0'],
  ['redis://a,unix:///r.sock', 'address 2 must start with'],
  ['unix:///r.sock,redis://a', 'must be the only address'],
  ['unix://r.sock', 'must be unix:///path/to/socket'],
  ['unix:///', 'must be unix:///path/to/socket'],
  ['unix:///r.sock?pass=x', 'must be unix:///path/to/socket'],
  ['unix:///r.sock?db=x', 'db= must be'],
  ['redis://a:0', 'ports are 1 to 65535'],
  ['redis://a:65536', 'a port above 65535'],
  ['redis://a:port', 'is not a valid URL'],
  ['redis://:p#ss@a', 'is not a valid URL'],
  ['redis://:100%@a', 'a % that is not an escape'],
  ['redis://a/name', 'may only end with / and a database number'],
  ['rediss://a?rejectUnauthorized=false', 'must end after the database number, except for ?sslrootcert='],
  ['redis://a?sslrootcert=/ca.pem', 'after rediss://'],
  [`rediss://a?sslrootcert=${noFile}`, 'sslrootcert must be the path of a PEM file of CA certificates'],
  [`rediss://a,rediss://b?sslrootcert=${noCertificate}`, 'empty.pem has no certificate'],
  ['redis+sentinel://a:26379', 'must be redis+sentinel://user:password@sentinel1:26379'],
  ['redis+sentinel://a:26379/', 'must be redis+sentinel://'],
  ['redis+sentinel://a/mymaster/x', 'must be redis+sentinel://'],
  ['redis+sentinel://a,redis+sentinel://b/mymaster', 'must be redis+sentinel://'],
  ['redis+sentinel://a,/mymaster', 'Sentinel 2 has no host'],
  ['redis+sentinel://a:0/mymaster', 'ports are 1 to 65535'],
  ['redis+sentinel://me:p@ss@a/mymaster', 'must be written as %40'],
  ['redis+sentinel://:p#ss@a/mymaster', 'is not a valid URL'],
  ['redis+sentinel://a/m?password=x', 'only has the options sentinel_username'],
  ['redis+sentinel://a/m?sslrootcert=/ca.pem', 'only has the options'],
])('%s is refused: %s', (url, message) => {
  expect(() => readRedisUrl(url)).toThrow(message)
})

test.each([
  'postgres://me@localhost/mine',
  'postgresql://me:p%40%25@[::1]:5433/mine?sslmode=verify-full&sslrootcert=/ca.pem',
  'postgres://me@/mine?host=/var/run/postgresql',
  'postgres://me:pw@localhost/mine?host=%2Ftmp%2Fx&options=-c%20search_path%3Dtailrace',
])('%s is a valid DATABASE_URL', url => expect(() => checkDatabaseUrl(url)).not.toThrow())

test.each([
  ['mysql://localhost/x', 'must start with postgres://'],
  ['postgres://', 'has no host'],
  ['postgres:///mine', 'has no host'],
  ['postgres://localhost', 'has no database name'],
  ['postgres://localhost/', 'has no database name'],
  ['postgres://localhost:70000/mine', 'a port above 65535'],
  ['postgres://localhost:0/mine', 'ports are 1 to 65535'],
  ['postgres://a,b/mine', 'must name one host'],
  ['postgres://me:p@ss@localhost/mine', 'written as %40'],
  ['postgres://me:100%@localhost/mine', 'a % that is not an escape'],
  ['postgres://me:p#w@localhost/mine', 'is not a valid URL'],
  ['postgres://localhost/mine?sslmode=on', 'sslmode must be one of'],
])('%s is refused: %s', (url, message) => {
  expect(() => checkDatabaseUrl(url)).toThrow(message)
})

test('the error names both settings and contains no password', () => {
  const start = () => readConfig({ REDIS_URL: 'redis://:s3cret@a,b', DATABASE_URL: 'postgres://me:s3cret@h' })
  expect(start).toThrow(/DATABASE_URL: has no database name.*\n.*REDIS_URL: address 2 must start with/)
  expect(start).not.toThrow(/s3cret/)
})
