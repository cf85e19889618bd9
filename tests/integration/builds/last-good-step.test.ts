/** A shell in the last good step of a build that failed, with BuildKit and without. */
import { readdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUSYBOX, canRunEngine, type TestEngine } from '../engine-fixture'
import { buildBench, startBuilds, type BuildBench } from './builds-fixture'

const FROM = `FROM ${BUSYBOX}\n`

describe.skipIf(!canRunEngine)('the last good step of a build', () => {
  let engine: TestEngine
  let bench: BuildBench
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ engine, bench, stop } = await startBuilds())
  })
  afterAll(async () => {
    await stop()
  })

  it('opens a shell where the build stood before the step that failed', async () => {
    const files = {
      Dockerfile: [
        `FROM ${BUSYBOX} AS other`,
        'RUN exit 9',
        `FROM ${BUSYBOX} AS mine`,
        'COPY . /here',
        'RUN --mount=type=secret,id=t cat /run/secrets/t | wc -c > /made',
        'USER 1000',
        'ENTRYPOINT ["/nonexistent"]',
        'RUN \\',
        '  echo never; exit 4',
        'RUN true'
      ].join('\n'),
      'Dockerfile.dockerignore': 'left-out',
      'left-out': '',
      kept: ''
    }
    const context = bench.context(files)
    const options = { context, target: 'mine', secrets: ['id=t,env=TOKEN'] }
    const { detail } = await bench.build(options, { TOKEN: 'four' })
    expect(detail.failure?.source?.line).toBe(8)
    const id = await bench.openLastGoodStep(detail.summary.Id)
    const run = (...command: string[]) => engine.docker('exec', id, ...command)
    expect(await run('cat', '/made')).toBe('4')
    expect(await engine.docker('inspect', '-f', '{{.Name}}', id)).toMatch(/^\/last-good-step-[0-9a-f]{6}$/)
    expect(await run('ls', '/here')).toBe('Dockerfile\nDockerfile.dockerignore\nkept')
    expect(await run('id', '-u')).toBe('1000')
    expect(readdirSync(engine.home).filter((name) => name.startsWith('last-good-step'))).toEqual([])
    await engine.docker('rm', '-f', id)

    writeFileSync(`${context}/Dockerfile`, `${FROM}RUN exit 5\n`)
    await expect(bench.openLastGoodStep(detail.summary.Id)).rejects.toThrow('has changed since')
    const scratch = await bench.build({
      context: bench.context({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\nRUN ["/x"]\n' })
    })
    await expect(bench.openLastGoodStep(scratch.detail.summary.Id)).rejects.toThrow('no shell')
    const first = await bench.build({ context: bench.context({ Dockerfile: 'FROM nosuch:1\nRUN true\n' }) })
    await expect(bench.openLastGoodStep(first.detail.summary.Id)).rejects.toThrow('no step before')
    expect(await engine.docker('ps', '-aq')).toBe('')
  })

  it('is there without BuildKit too', async () => {
    const classic = buildBench(engine, { buildKit: false })
    const context = classic.context({ Dockerfile: `${FROM}RUN echo made > /made\nRUN exit 3\n` })
    const { detail } = await classic.build({ context })
    const id = await classic.openLastGoodStep(detail.summary.Id)
    expect(await engine.docker('exec', id, 'cat', '/made')).toBe('made')
    await engine.docker('rm', '-f', id)
  })
})
