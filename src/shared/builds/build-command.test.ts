import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuildInput } from '../contract/builds'
import { buildArguments, buildCommand } from './build-command'
import { csvField, csvFields } from './csv'
import { emptyBuild } from './empty-build'
import { inputProblems } from './input-problems'
import { parseSecret } from './secret-line'

const build = (more: Partial<BuildInput> = {}): BuildInput => ({
  ...emptyBuild(),
  context: '/src/app',
  ...more
})

describe('buildArguments', () => {
  it('is short for a plain build', () => {
    expect(buildCommand(build({ tags: ['web:1'] }))).toBe('docker buildx build --tag web:1 --load /src/app')
  })

  it('takes a Dockerfile of the context from where the CLI is called', () => {
    expect(buildCommand(build({ dockerfile: 'docker/web.Dockerfile' }))).toContain(
      '--file /src/app/docker/web.Dockerfile'
    )
    expect(buildCommand(build({ dockerfile: '/else/Dockerfile' }))).toContain('--file /else/Dockerfile')
    const url = build({
      contextKind: 'url',
      context: 'https://git.example/a.git#main',
      dockerfile: 'web/Dockerfile'
    })
    expect(buildCommand(url)).toContain('--file web/Dockerfile')
  })

  it('says everything that can be said', () => {
    const all = build({
      builder: 'big',
      target: 'run',
      buildArgs: ['A=1 2', 'B'],
      secrets: ['id=tok,env=TOKEN', 'id=key,src=/keys/a'],
      ssh: ['default'],
      platforms: ['linux/amd64', 'linux/arm64'],
      labels: ['a=b'],
      annotations: ['c=d'],
      contexts: ['base=docker-image://alpine'],
      cacheFrom: ['type=local,src=/c'],
      cacheTo: ['type=inline'],
      network: 'host',
      addHosts: ['db:10.0.0.5'],
      ulimits: ['nofile=1024:4096'],
      shmSize: '64m',
      cgroupParent: '/builds',
      allow: ['network.host'],
      noCacheFilter: ['run', 'test'],
      pull: true,
      provenance: 'max',
      sbom: true,
      attestations: ['type=sbom,generator=scanner'],
      output: 'oci',
      outputPath: '/out/a,b.tar',
      outputs: ['type=image,name=web,push=true']
    })
    expect(buildCommand(all)).toBe(
      "docker buildx build --builder big --target run --build-arg 'A=1 2' --build-arg B --secret id=tok,env=TOKEN " +
        '--secret id=key,src=/keys/a --ssh default --platform linux/amd64,linux/arm64 --label a=b --annotation c=d ' +
        '--build-context base=docker-image://alpine --cache-from type=local,src=/c --cache-to type=inline ' +
        '--network host --add-host db:10.0.0.5 --ulimit nofile=1024:4096 --shm-size 64m --cgroup-parent /builds ' +
        '--allow network.host --no-cache-filter run --no-cache-filter test --pull --provenance mode=max --sbom true ' +
        '--attest type=sbom,generator=scanner ' +
        `--output 'type=oci,"dest=/out/a,b.tar"' --output type=image,name=web,push=true /src/app`
    )
  })

  it('leaves the output to its lines', () => {
    const only = build({ output: 'other', outputs: ['/out'] })
    expect(buildCommand(only)).toBe('docker buildx build --output /out /src/app')
    expect(buildCommand(build({ noCache: true }))).toContain('--no-cache --load')
  })

  it('never lets a secret name a variable of the child', () => {
    const { args, variables } = buildArguments(
      build({ secrets: ['id=a,env=PATH', 'id=b,env=PATH', 'id=c,env=X'] })
    )
    expect(args.filter((one) => one.startsWith('id='))).toEqual([
      'id=a,env=QUAYSIDE_SECRET_1',
      'id=b,env=QUAYSIDE_SECRET_1',
      'id=c,env=QUAYSIDE_SECRET_2'
    ])
    expect([...variables]).toEqual([
      ['PATH', 'QUAYSIDE_SECRET_1'],
      ['X', 'QUAYSIDE_SECRET_2']
    ])
  })

  it('reads a tar and a typed Dockerfile from the standard input', () => {
    expect(buildCommand(build({ contextKind: 'tar', context: '/a b.tar' }))).toBe(
      "docker buildx build --load - < '/a b.tar'"
    )
    expect(buildCommand(build({ dockerfileText: 'FROM scratch' }))).toContain(
      '--file - --load /src/app < Dockerfile'
    )
  })
})

describe('parseSecret', () => {
  it.each([
    ['id=a,src=/f', { ok: true, id: 'a', from: 'file', name: '/f' }],
    ['type=file,id=a,source=/f', { ok: true, id: 'a', from: 'file', name: '/f' }],
    ['id=a,env=B', { ok: true, id: 'a', from: 'env', name: 'B' }],
    ['id=a,type=env', { ok: true, id: 'a', from: 'env', name: 'a' }],
    ['"id=a","src=/f,g"', { ok: true, id: 'a', from: 'file', name: '/f,g' }]
  ])('%s', (line, secret) => expect(parseSecret(line)).toEqual(secret))

  it.each(['', 'a', 'id=a', 'src=/f', 'id=a,value=hunter2', 'id=a,env=1x', 'id=a,src=f', '"id=a'])(
    'refuses %j',
    (line) => expect(parseSecret(line).ok).toBe(false)
  )
})

describe('csv', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
        expect(csvFields(fields.map(csvField).join(','))).toEqual(fields)
      })
    )
  })
})

describe('inputProblems', () => {
  it('has nothing to say of a good form', () => {
    expect(
      inputProblems(build({ tags: ['a:1'], buildArgs: ['A=1', 'B'], platforms: ['linux/arm/v7'] }))
    ).toEqual({})
    const more = build({
      outputs: ['/out', 'type=docker', 'type=image,name=web,push=true', '"type=tar","dest=/a,b"'],
      attestations: ['type=sbom,generator=scanner'],
      addHosts: ['db:10.0.0.5', 'six=::1', 'me:host-gateway'],
      ulimits: ['nofile=1024', 'core=-1:-1'],
      shmSize: '1.5 GB'
    })
    expect(inputProblems(more)).toEqual({})
  })

  it.each<[Partial<BuildInput>, string]>([
    [{ context: '' }, 'context'],
    [{ context: 'app' }, 'context'],
    [{ context: '-', contextKind: 'url' }, 'context'],
    [{ dockerfileText: ' ' }, 'dockerfile'],
    [{ contextKind: 'tar', dockerfileText: 'FROM a' }, 'dockerfile'],
    [{ tags: ['UPPER'] }, 'tags'],
    [{ output: 'push' }, 'tags'],
    [{ buildArgs: ['=x'] }, 'buildArgs'],
    [{ secrets: ['id=a'] }, 'secrets'],
    [{ platforms: ['arm'] }, 'platforms'],
    [{ labels: ['a'] }, 'labels'],
    [{ output: 'tar' }, 'outputPath'],
    [{ output: 'folder', outputPath: 'out' }, 'outputPath'],
    [{ output: 'other' }, 'outputs'],
    [{ outputs: ['-'] }, 'outputs'],
    [{ outputs: ['out'] }, 'outputs'],
    [{ outputs: ['type=tar'] }, 'outputs'],
    [{ outputs: ['type=oci,dest=-'] }, 'outputs'],
    [{ outputs: ['type=local,"dest=/a'] }, 'outputs'],
    [{ outputs: ['dest=/a'] }, 'outputs'],
    [{ noCache: true, noCacheFilter: ['a'] }, 'noCacheFilter'],
    [{ attestations: ['sbom'] }, 'attestations'],
    [{ addHosts: ['db'] }, 'addHosts'],
    [{ ulimits: ['nofile'] }, 'ulimits'],
    [{ shmSize: 'much' }, 'shmSize']
  ])('%j', (more, field) => expect(Object.keys(inputProblems(build(more)))).toEqual([field]))
})
