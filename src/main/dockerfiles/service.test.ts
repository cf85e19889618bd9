import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, textOf } from './file-text'
import { isDockerfileName } from './grants'
import { Dockerfiles } from './service'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('Dockerfiles', () => {
  let home: string
  let context: string
  let chosen: string | null
  let agreed: boolean
  const questions: string[] = []
  let dockerfiles: Dockerfiles

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'quayside-dockerfiles-'))
    context = join(home, 'context')
    await mkdir(join(context, 'src'), { recursive: true })
    await writeFile(join(context, 'Dockerfile'), 'FROM a\n')
    questions.length = 0
    agreed = false
    chosen = null
    dockerfiles = new Dockerfiles({
      chooseFile: () => Promise.resolve(chosen),
      agree: (path) => {
        questions.push(path)
        return Promise.resolve(agreed)
      }
    })
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  it('opens without a question only what is named like one in a folder that was chosen', async () => {
    await expect(dockerfiles.open(context, '')).rejects.toMatchObject({ code: 'Cancelled' })
    await dockerfiles.chosen(context)
    await expect(dockerfiles.open(context, '')).resolves.toMatchObject({ text: 'FROM a\n', exists: true })
    await writeFile(join(context, 'secret.txt'), 'x')
    await expect(dockerfiles.open(context, 'secret.txt')).rejects.toMatchObject({ code: 'Cancelled' })
    await expect(dockerfiles.open(context, '../other/Dockerfile')).rejects.toMatchObject({ code: 'NotFound' })
    await writeFile(join(home, 'Dockerfile'), 'FROM outside')
    await expect(dockerfiles.open(context, '../Dockerfile')).rejects.toMatchObject({ code: 'Forbidden' })
    await expect(dockerfiles.open(context, join(home, 'Dockerfile'))).rejects.toMatchObject({
      code: 'Cancelled'
    })
    expect(questions).toEqual([
      join(context, 'Dockerfile'),
      join(context, 'secret.txt'),
      join(home, 'Dockerfile')
    ])
    agreed = true
    await dockerfiles.open(context, 'secret.txt')
    agreed = false
    await expect(dockerfiles.open(context, 'secret.txt')).resolves.toMatchObject({ text: 'x' })
  })

  it('follows a link within the context and not out of it', async () => {
    await dockerfiles.chosen(context)
    await writeFile(join(home, 'Dockerfile'), 'FROM outside')
    await symlink('../Dockerfile', join(context, 'Dockerfile.out'))
    await symlink('Dockerfile', join(context, 'Dockerfile.in'))
    await expect(dockerfiles.open(context, 'Dockerfile.out')).rejects.toMatchObject({ code: 'Forbidden' })
    const { id, path } = await dockerfiles.open(context, 'Dockerfile.in')
    expect(path).toBe(join(context, 'Dockerfile'))
    await dockerfiles.save(id, bytes('FROM b\n'), false)
    expect(await readFile(join(context, 'Dockerfile'), 'utf8')).toBe('FROM b\n')
    expect((await readdir(context)).sort()).toEqual(['Dockerfile', 'Dockerfile.in', 'Dockerfile.out', 'src'])
  })

  it('saves as it was found: mode, mark and line ends', async () => {
    const path = join(context, 'Dockerfile')
    await writeFile(path, '\ufeffFROM a\r\nRUN b\r\n')
    await chmod(path, 0o640)
    await dockerfiles.chosen(context)
    const { id, text, bom, crlf } = await dockerfiles.open(context, '')
    expect({ text, bom, crlf }).toEqual({ text: 'FROM a\nRUN b\n', bom: true, crlf: true })
    await expect(dockerfiles.save(id, bytes('FROM c\nRUN d\n'), false)).resolves.toEqual({ saved: true })
    expect(await readFile(path, 'utf8')).toBe('\ufeffFROM c\r\nRUN d\r\n')
    expect((await stat(path)).mode & 0o7777).toBe(0o640)
    await expect(dockerfiles.save(id, bytes('FROM d\n'), false)).resolves.toEqual({ saved: true })
  })

  it('does not write over what somebody else wrote, unless told to', async () => {
    const path = join(context, 'Dockerfile')
    await dockerfiles.chosen(context)
    const { id } = await dockerfiles.open(context, '')
    await writeFile(path, 'FROM theirs\n')
    await expect(dockerfiles.save(id, bytes('mine'), false)).resolves.toEqual({
      saved: false,
      meanwhile: 'changed'
    })
    expect(await readFile(path, 'utf8')).toBe('FROM theirs\n')
    await expect(dockerfiles.save(id, bytes('mine'), true)).resolves.toEqual({ saved: true })
    await rm(path)
    await expect(dockerfiles.save(id, bytes('again'), false)).resolves.toEqual({
      saved: false,
      meanwhile: 'deleted'
    })
    await dockerfiles.save(id, bytes('again'), true)
    expect(await readFile(path, 'utf8')).toBe('again')
  })

  it('makes a file that is not there yet, but not over one that has come', async () => {
    await dockerfiles.chosen(context)
    const { id, exists, text } = await dockerfiles.open(context, 'src/Containerfile')
    expect({ exists, text }).toEqual({ exists: false, text: '' })
    await writeFile(join(context, 'src/Containerfile'), 'theirs')
    await expect(dockerfiles.save(id, bytes('mine'), false)).resolves.toMatchObject({ meanwhile: 'changed' })
  })

  it('a folder that became a link to another place is not written to', async () => {
    await writeFile(join(context, 'src/Dockerfile'), 'FROM a')
    await dockerfiles.chosen(context)
    const { id } = await dockerfiles.open(context, 'src/Dockerfile')
    await mkdir(join(home, 'elsewhere'))
    await writeFile(join(home, 'elsewhere/Dockerfile'), 'FROM a')
    await rm(join(context, 'src'), { recursive: true })
    await symlink(join(home, 'elsewhere'), join(context, 'src'))
    await expect(dockerfiles.save(id, bytes('FROM b'), true)).rejects.toMatchObject({ code: 'Conflict' })
    expect(await readFile(join(home, 'elsewhere/Dockerfile'), 'utf8')).toBe('FROM a')
  })

  it.each([
    ['a binary', Buffer.from([0x46, 0, 0x52]), 'no text'],
    ['another encoding', Buffer.from([0x46, 0xff, 0xfe]), 'no text'],
    ['more than 1 MB', Buffer.alloc(1_000_001, 'x'), 'larger than 1 MB']
  ])('refuses %s', async (_what, content, words) => {
    await writeFile(join(context, 'Dockerfile'), content)
    await dockerfiles.chosen(context)
    await expect(dockerfiles.open(context, '')).rejects.toThrow(words)
  })

  it('refuses a folder, and an address for a context', async () => {
    await mkdir(join(context, 'Dockerfile.d'))
    await dockerfiles.chosen(context)
    await expect(dockerfiles.open(context, 'Dockerfile.d')).rejects.toThrow('is no file')
    await expect(dockerfiles.open('https://example.org/a.git', '')).rejects.toMatchObject({
      code: 'InvalidParameter'
    })
    await expect(
      dockerfiles.save('3f1c9d52-7a41-4d7b-9f0e-0b6f1b1c2d3e', bytes(''), true)
    ).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('a chosen file may have any name, and brings its ignore file', async () => {
    await writeFile(join(context, 'recipe'), 'FROM a')
    await writeFile(join(context, '.dockerignore'), 'node_modules\n')
    chosen = join(context, 'recipe')
    await expect(dockerfiles.choose()).resolves.toMatchObject({
      context,
      dockerfile: 'recipe',
      ignore: { name: '.dockerignore', text: 'node_modules\n' }
    })
    chosen = null
    await expect(dockerfiles.choose()).resolves.toBeNull()
  })

  it('tells names of chosen folders only', async () => {
    await symlink(home, join(context, 'out'))
    expect(await dockerfiles.names(context, '')).toEqual([])
    await dockerfiles.chosen(context)
    expect(await dockerfiles.names(context, '')).toEqual(['Dockerfile', 'out', 'src/'])
    expect(await dockerfiles.names(context, 'out')).toEqual([])
    expect(await dockerfiles.names(context, '..')).toEqual([])
    expect(await dockerfiles.names('relative', '')).toEqual([])
  })
})

describe('the text of a file', () => {
  it('is put back byte by byte when nothing was changed', () => {
    const piece = fc.constantFrom('FROM a', '\r\n', '\n', '\r', ' ', 'é', '\ufeff')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const whole = Buffer.from(pieces.join(''))
        const { text, ...kept } = textOf(whole, 'x')
        expect(bytesOf(text, kept).equals(whole)).toBe(true)
      })
    )
  })
})

describe('isDockerfileName', () => {
  it.each([
    ['Dockerfile', true],
    ['containerfile', true],
    ['a/Dockerfile.dev', true],
    ['web.Dockerfile', true],
    ['Dockerfile.dockerignore', false],
    ['.bashrc', false],
    ['Dockerfiles', false],
    ['id_rsa', false]
  ])('%s', (name, expected) => expect(isDockerfileName(name)).toBe(expected))
})
