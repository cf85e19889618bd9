/** The text of `docker info` against the bundled CLI, with the settings that change it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { DockerClient } from '@main/docker/client'
import { infoText } from '@main/docker/info-text'
import { engineInfo } from '@main/docker/system'
import { canRunEngine, startEngine, type TestEngine, type TestEngineOptions } from '../engine-fixture'

const exec = promisify(execFile)

describe.skipIf(!canRunEngine)('the text of docker info', () => {
  let engine: TestEngine | undefined
  afterEach(async () => {
    await engine?.stop()
    engine = undefined
  })

  async function bothTexts(options: TestEngineOptions, prepare?: (engine: TestEngine) => Promise<unknown>) {
    engine = await startEngine(options)
    await prepare?.(engine)
    const client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    const ours = infoText(await engineInfo(client))
    client.dispose()
    const { stdout } = await exec(`${engine.bundleDir}/bin/docker`, ['info'], { env: engine.env })
    return { ours: comparable(ours), cli: comparable(stdout.slice(stdout.indexOf('Server:'))) }
  }

  it('is the CLI’s, character for character, on a plain engine', async () => {
    const { ours, cli } = await bothTexts({})
    expect(ours).toBe(cli)
    expect(ours).toContain(' Server Version: ')
  })

  it('is the CLI’s with debugging, hostile labels, mirrors, insecure registries, proxies and address pools', async () => {
    const { ours, cli } = await bothTexts({
      config: {
        debug: true,
        labels: ['rack=<img src=x onerror=alert(1)>', 'ltr=\u202egnp.exe', 'empty=', 'quoted="a b"'],
        'registry-mirrors': ['https://mirror.example.test/', 'http://127.0.0.1:5055/'],
        'insecure-registries': ['registry.example.test:5000', '10.1.0.0/16'],
        'default-address-pools': [{ base: '10.201.0.0/16', size: 24 }],
        proxies: { 'http-proxy': 'http://user:secret@proxy.test:3128', 'no-proxy': 'localhost,.test' },
        'live-restore': true
      }
    })
    expect(ours).toBe(cli)
    expect(ours).toContain('   Base: 10.201.0.0/16, Size: 24')
    expect(ours).toContain('  rack=<img src=x onerror=alert(1)>')
  })

  it('is the CLI’s on a swarm manager', async () => {
    const { ours, cli } = await bothTexts({}, (running) =>
      running.docker('swarm', 'init', '--advertise-addr', '127.0.0.1')
    )
    expect(ours).toBe(cli)
    expect(ours).toContain('  Is Manager: true')
  })
})

/**
 * Two lines come in Go's random map order from the CLI, and three debug figures change from one request to the next;
 * everything else has to be equal.
 */
function comparable(text: string): string {
  return sortedInsecure(
    text
      .replace(/^ Runtimes: (.*)$/m, (_, names: string) => ` Runtimes: ${names.split(' ').sort().join(' ')}`)
      .replace(/^ {2}(File Descriptors|Goroutines|System Time): .*$/gm, '  $1: *')
  )
}

function sortedInsecure(text: string): string {
  return text.replace(/( Insecure Registries:\n)((?: {2}.*\n)+)/, (_, title: string, block: string) => {
    return title + block.split('\n').filter(Boolean).sort().join('\n') + '\n'
  })
}
