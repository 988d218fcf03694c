// Where the programs are that tests drive: a browser, the maker of certificates, a web server with its OpenID Connect
// module, and Python with the modules of an example; on a Debian machine, as root, installs the ones that are missing. An environment variable
// may say where one is.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findOnPath, install, mayInstall } from './debian-packages.mjs'

const programs = [
  {
    variable: 'CHROMIUM_PATH',
    what: 'Chromium',
    // Without a font no text would be seen in it.
    packages: ['chromium', 'fonts-liberation'],
    find: () => ['chromium', 'chromium-browser', 'google-chrome'].map(findOnPath).find(Boolean)
  },
  {
    variable: 'OPENSSL_PATH',
    what: 'openssl',
    packages: ['openssl'],
    find: () => findOnPath('openssl')
  },
  {
    variable: 'APACHE_PATH',
    what: 'the Apache web server',
    packages: ['apache2'],
    find: () => findOnPath('apache2') ?? findOnPath('httpd') ?? findFile('/usr/sbin/apache2', '/usr/sbin/httpd')
  },
  {
    variable: 'MOD_AUTH_OPENIDC_PATH',
    what: "Apache's mod_auth_openidc",
    packages: ['libapache2-mod-auth-openidc'],
    find: () => findFile('/usr/lib/apache2/modules/mod_auth_openidc.so', '/etc/httpd/modules/mod_auth_openidc.so')
  },
  {
    variable: 'PYTHON_PATH',
    what: 'Python with PyJWT and cryptography',
    packages: ['python3-jwt', 'python3-cryptography'],
    // The distribution's own first: what comes before it on the path may be another Python, without these modules.
    find: () => ['/usr/bin/python3', findOnPath('python3')].find(hasPythonModules)
  }
]

/**
 * @returns { environment, problem }: the variables that name what is there, for the tests, and a sentence that
 * says what is missing and what to do, undefined when nothing is
 */
export function findTestPrograms({ say, environment = process.env }) {
  const locate = ({ variable, find }) => environment[variable] || find()
  const absent = programs.filter(program => !locate(program))
  if (absent.length > 0 && mayInstall()) install(absent.flatMap(({ packages }) => packages), say)
  const found = programs.flatMap(program => locate(program) ? [[program.variable, locate(program)]] : [])
  const missing = programs.filter(program => !locate(program))
  return { environment: Object.fromEntries(found), problem: missing.length > 0 ? explain(missing) : undefined }
}

function explain(missing) {
  const list = pick => missing.map(pick).join(' and ')
  return `The tests need ${list(({ what }) => what)}. Install ${list(({ packages }) => packages.join(' '))} (as root on ` +
    `Debian the tests do so themselves), or say where it is with ${list(({ variable }) => variable)}.`
}

function hasPythonModules(file) {
  return file !== undefined && spawnSync(file, ['-c', 'import jwt, cryptography']).status === 0
}

function findFile(...files) {
  return files.find(existsSync)
}
