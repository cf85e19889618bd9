import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile, replaceFolder } from './stage.mjs'
import { tempFolder } from './temp-folder'

test('a filled folder takes the place of the old one', async () => {
  const base = await tempFolder()
  const target = join(base, 'engine')
  await mkdir(target)
  await writeFile(join(target, 'old'), '')
  await replaceFolder(target, (stage) => writeFile(join(stage, 'new'), ''))
  expect(await readdir(target)).toEqual(['new'])
  expect(await readdir(base)).toEqual(['engine'])
})

test('when filling fails, the old folder stays and nothing is left beside it', async () => {
  const base = await tempFolder()
  const target = join(base, 'engine')
  await mkdir(target)
  await writeFile(join(target, 'old'), '')
  const fill = async (stage: string) => {
    await writeFile(join(stage, 'half'), '')
    throw new Error('the network went away')
  }
  await expect(replaceFolder(target, fill)).rejects.toThrow('the network went away')
  expect(await readdir(target)).toEqual(['old'])
  expect(await readdir(base)).toEqual(['engine'])
})

test('what an interrupted run left is removed, what a running one fills is not', async () => {
  const base = await tempFolder()
  const running = `engine.stage-${process.ppid}`
  await mkdir(join(base, 'engine.stage-999999999'))
  await mkdir(join(base, running))
  await replaceFolder(join(base, 'engine'), () => Promise.resolve())
  expect((await readdir(base)).sort()).toEqual(['engine', running])
})

test('a file is replaced whole', async () => {
  const base = await tempFolder()
  const file = join(base, 'deep', 'path.txt')
  await replaceFile(file, 'one')
  await replaceFile(file, 'two')
  expect(await readFile(file, 'utf8')).toBe('two')
  expect(await readdir(join(base, 'deep'))).toEqual(['path.txt'])
})
