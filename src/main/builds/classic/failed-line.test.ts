import { describe, expect, it } from 'vitest'
import { emptyBuild } from '@shared/builds/empty-build'
import { sourceExcerpt } from '../source-excerpt'
import { failedLine } from './failed-line'
import { needsBuildKit } from './limits'

describe('failedLine', () => {
  const dockerfile = '# x\nARG A\n\nFROM y\nRUN one \\\n  # two\n  three\n\n# four\nCOPY a b\n'

  it('prints the step’s lines as buildx does', () => {
    const lines = failedLine('Dockerfile', dockerfile, 3)
    expect(sourceExcerpt(lines)).toEqual({
      file: 'Dockerfile',
      line: 5,
      lines: [
        { number: 2, text: 'ARG A', marked: false },
        { number: 3, text: '', marked: false },
        { number: 4, text: 'FROM y', marked: false },
        { number: 5, text: 'RUN one \\', marked: true },
        { number: 6, text: '  # two', marked: true },
        { number: 7, text: '  three', marked: true },
        { number: 8, text: '', marked: false },
        { number: 9, text: '# four', marked: false },
        { number: 10, text: 'COPY a b', marked: false }
      ]
    })
  })

  it('prints nothing for a step that the Dockerfile does not have', () => {
    expect(failedLine('Dockerfile', dockerfile, 0)).toEqual([])
    expect(failedLine('Dockerfile', dockerfile, 5)).toEqual([])
    expect(failedLine('Dockerfile', '', 1)).toEqual([])
  })
})

describe('needsBuildKit', () => {
  it('is nothing for a plain build, and names what else was asked for', () => {
    const plain = { ...emptyBuild(), cacheFrom: ['app:old'], platforms: ['linux/arm64'] }
    expect(needsBuildKit(plain)).toEqual([])
    expect(needsBuildKit({ ...plain, secrets: ['id=a,env=B'], output: 'push', sbom: true })).toEqual([
      'secrets',
      'an output other than the engine',
      'an SBOM'
    ])
  })
})
