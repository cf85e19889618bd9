/** Which cloud a registry is of, and its command, run for real as scripts that print what those of clouds do. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toAppError } from '@shared/errors'
import { cloudCommand, cloudLogin, cloudProgram } from './cloud-cli'

const { signal } = new AbortController()
const AMAZON = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloud-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const env = () => ({ PATH: folder })
async function put(name: string, body: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\necho "$@" > '${folder}/args'\n${body}\n`)
  await chmod(join(folder, name), 0o755)
}
const failure = async (host: string) =>
  await cloudLogin(host, signal, env()).then(
    () => expect.fail('it went well'),
    (thrown: unknown) => toAppError(thrown)
  )

describe('the command of a cloud', () => {
  it.each([
    [AMAZON, 'aws', 'AWS'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'aws', 'AWS'],
    ['public.ecr.aws', 'aws', 'AWS'],
    ['team.azurecr.io', 'az', '00000000-0000-0000-0000-000000000000'],
    ['gcr.io', 'gcloud', 'oauth2accesstoken'],
    ['europe-west3-docker.pkg.dev', 'gcloud', 'oauth2accesstoken']
  ])('for %s is %s', (host, program, username) => {
    expect(cloudCommand(host)).toMatchObject({ program, username })
  })

  it.each([
    'docker.io',
    'ghcr.io',
    `${AMAZON}.evil.example`,
    'azurecr.io',
    '-rf.azurecr.io',
    'x.gcr.io.example'
  ])('is none for %s', async (host) => {
    expect(cloudCommand(host)).toBeNull()
    expect(await cloudProgram(host, env())).toBeNull()
    expect((await failure(host)).code).toBe('InvalidParameter')
  })

  it('makes a login out of what it prints', async () => {
    await put('aws', 'echo canary-token')
    await put('az', 'echo canary-azure; echo WARNING: something >&2')
    expect(await cloudProgram(AMAZON, env())).toEqual({ program: 'aws', installed: true })
    expect(await cloudProgram('gcr.io', env())).toEqual({ program: 'gcloud', installed: false })
    expect(await cloudLogin(AMAZON, signal, env())).toEqual({ username: 'AWS', secret: 'canary-token' })
    expect(await readFile(join(folder, 'args'), 'utf8')).toBe('ecr get-login-password --region eu-west-1\n')
    expect((await cloudLogin('team.azurecr.io', signal, env())).secret).toBe('canary-azure')
  })

  it('that fails, prints something else or is not there says what to do, and nothing of what it printed', async () => {
    await put('aws', 'echo canary; exit 255')
    await put('gcloud', 'echo "You are not canary"')
    const errors = [await failure(AMAZON), await failure('gcr.io'), await failure('team.azurecr.io')]
    expect(errors.map(({ message }) => message)).toEqual([
      'The command aws failed (exit code 255).',
      'The command gcloud printed no password.',
      'The command az is not installed.'
    ])
    expect(errors[0]?.hint).toContain('aws sso login')
    expect(JSON.stringify(errors.map(({ message, hint }) => [message, hint]))).not.toContain('canary')
  })
})
