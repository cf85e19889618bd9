/**
 * A real registry (Debian's docker-registry) for one test, in the network of a test engine, with users if wanted; and a proxy
 * before it that counts what comes through and breaks off in the middle of a layer while it is told to.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestEngine } from './engine-fixture'

const exec = promisify(execFile)

export interface TestRegistry {
  readonly address: string
  stop(): Promise<void>
}

type Place = Pick<TestEngine, 'pid'> | null

/** A program and its arguments as they are run in the engine's network; null: in the machine's. */
function inside(engine: Place, program: string, args: readonly string[]): [string, string[]] {
  if (engine === null) return [program, [...args]]
  return ['nsenter', ['-t', String(engine.pid), '-n', program, ...args]]
}

function start(engine: Place, program: string, ...args: readonly string[]): ChildProcess {
  return spawn(...inside(engine, program, args), { stdio: 'ignore' })
}

export interface RegistryOptions {
  readonly port: number
  /** Where it keeps what it has. */
  readonly home: string
  /** The engine whose network it is in; null: the machine's. */
  readonly engine: Place
  readonly user?: { readonly name: string; readonly password: string }
  /** Who gives the tokens that it wants, and the file with the certificate that those are signed with. */
  readonly tokens?: { readonly realm: string; readonly certificate: string }
  /** Whether it deletes what it is asked to. */
  readonly deletes?: boolean
  /** Where it listens; 127.0.0.1 when it is not said. */
  readonly ip?: string
  /** Files: its certificate and key, and whose client certificates it wants to see. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientAuthority?: string }
}

/** Starts a registry and waits until it answers. */
export async function startRegistry({
  port,
  home,
  engine,
  user,
  tokens,
  deletes,
  ip = '127.0.0.1',
  tls
}: RegistryOptions): Promise<TestRegistry> {
  const folder = `${home}/registry-${port}`
  await mkdir(`${folder}/data`, { recursive: true })
  if (user !== undefined) {
    const { stdout } = await exec('htpasswd', ['-Bbn', user.name, user.password])
    await writeFile(`${folder}/htpasswd`, stdout.trim() + '\n')
  }
  const htpasswd = user === undefined ? '' : `htpasswd:\n    realm: test\n    path: ${folder}/htpasswd\n`
  const token = tokens === undefined ? '' : tokenConfig(tokens)
  const auth = htpasswd + token === '' ? '' : `auth:\n  ${htpasswd}${token}`
  await writeFile(
    `${folder}/config.yml`,
    `version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\n` +
      `  delete:\n    enabled: ${deletes === true}\n` +
      `http:\n  addr: ${ip}:${port}\n${tls === undefined ? '' : tlsConfig(tls)}${auth}`
  )
  const child = start(engine, 'docker-registry', 'serve', `${folder}/config.yml`)
  await untilListening(engine, port, child, ip)
  const host = ip === '127.0.0.1' ? 'localhost' : ip
  return { address: `${host}:${port}`, stop: async () => await end(child) }
}

function tokenConfig({ realm, certificate }: NonNullable<RegistryOptions['tokens']>): string {
  const names = '    service: tests\n    issuer: tests\n'
  return `token:\n    realm: ${realm}\n${names}    rootcertbundle: ${certificate}\n`
}

function tlsConfig({ certificate, key, clientAuthority }: NonNullable<RegistryOptions['tls']>): string {
  const clients = clientAuthority === undefined ? '' : `    clientcas:\n      - ${clientAuthority}\n`
  return `  tls:\n    certificate: ${certificate}\n    key: ${key}\n${clients}`
}

export interface CuttingProxy {
  readonly address: string
  /** Breaks off once this many bytes came through a connection, and lets no other one through; null mends it. */
  cutAfter(bytes: number | null): Promise<void>
  /** Bytes sent to the engine so far. */
  passed(): Promise<number>
  stop(): Promise<void>
}

const PROXY = `
const net = require('node:net'), fs = require('node:fs')
const [port, target, folder] = process.argv.slice(1)
let passed = 0, broken = false
net.createServer((near) => {
  const far = net.connect(Number(target), '127.0.0.1')
  const close = () => { near.destroy(); far.destroy() }
  let own = 0
  const limit = () => { try { return Number(fs.readFileSync(folder + '/cut', 'utf8')) } catch { return Infinity } }
  broken &&= limit() !== Infinity
  near.on('error', close).on('close', close)
  far.on('error', close).on('close', close)
  if (broken) return close()
  near.pipe(far)
  far.on('data', (chunk) => {
    own += chunk.length
    passed += chunk.length
    fs.writeFileSync(folder + '/passed', String(passed))
    if (own > limit()) {
      broken = true
      return close()
    }
    far.pause()
    near.write(chunk, () => far.resume())
  })
}).listen(Number(port), '127.0.0.1')
`

/** A proxy on `port` before the registry on `target`. */
export async function startCuttingProxy(
  engine: Place,
  home: string,
  { port, target }: { readonly port: number; readonly target: number }
): Promise<CuttingProxy> {
  const folder = `${home}/proxy-${port}`
  await mkdir(folder, { recursive: true })
  const child = start(engine, process.execPath, '-e', PROXY, '--', String(port), String(target), folder)
  await untilListening(engine, port, child)
  return {
    address: `localhost:${port}`,
    cutAfter: async (bytes) => {
      if (bytes === null) await rm(`${folder}/cut`, { force: true })
      else await writeFile(`${folder}/cut`, String(bytes))
    },
    passed: async () =>
      existsSync(`${folder}/passed`) ? Number(await readFile(`${folder}/passed`, 'utf8')) : 0,
    stop: async () => await end(child)
  }
}

async function untilListening(
  engine: Place,
  port: number,
  child: ChildProcess,
  ip = '127.0.0.1'
): Promise<void> {
  const ask = ['nc', '-w', '2', ip, String(port)]
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`What was to listen on ${port} ended with ${child.exitCode}`)
    const asked = exec(...inside(engine, 'busybox', ask))
    asked.child.stdin?.end()
    if (
      await asked.then(
        () => true,
        () => false
      )
    )
      return
  }
  throw new Error(`Nothing listens on ${port}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await gone
}
