import { describe, expect, it } from 'vitest'
import { pageFile } from './page-file'

const folder = '/opt/quayside/renderer'

describe('an address of the page', () => {
  it.each([
    ['app://quayside/', `${folder}/index.html`],
    ['app://quayside/index.html#/containers?state=running', `${folder}/index.html`],
    ['app://quayside/assets/index-abc.js', `${folder}/assets/index-abc.js`]
  ])('%s is a file below its folder', (address, file) => {
    expect(pageFile(folder, address)).toBe(file)
  })

  it.each([
    'app://quayside/..%2f..%2fetc%2fpasswd',
    'app://quayside/%2e%2e/%2e%2e/secret',
    'app://quayside/assets/..%2f..%2frenderer-other%2fx',
    'app://quayside/%00',
    'app://quayside/%E0%A4%A',
    'app://elsewhere/index.html'
  ])('%s is none', (address) => {
    const file = pageFile(folder, address)
    expect(file === null || file.startsWith(`${folder}/`)).toBe(true)
  })
})
