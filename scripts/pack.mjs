// `npm run pack -- <electron-builder's arguments>`: gets everything ready and packages the app with the runtime that is
// in place. Without arguments it makes the unpacked folder dist/linux-unpacked.
import path from 'node:path'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { runMain, setup } from './setup.mjs'

await runMain(async () => {
  await setup({ tests: false })
  const { electronPackage, installedVersion } = await import('./lib/electron-dist.mjs')
  const version = installedVersion(electronPackage())
  if (version === null) throw new Error('There is no Electron in node_modules/electron/dist to package.')
  const wished = process.argv.slice(2)
  const args = wished.length > 0 ? wished : ['--linux', 'dir']
  const builder = path.join(root, 'node_modules', 'electron-builder', 'cli.js')
  const { code } = await run(process.execPath, [builder, ...args, `-c.electronVersion=${version}`], {
    cwd: root,
    show: true
  })
  return code
})
