import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

// The oldest runtime the app starts on (scripts/electron-runtime.mjs): newer syntax is never emitted.
const NODE_TARGET = 'node20.18'
const CHROME_TARGET = 'chrome130'
const alias = {
  '@shared': resolve(import.meta.dirname, 'src/shared'),
  '@main': resolve(import.meta.dirname, 'src/main')
}

/**
 * Parts of dockerode that are never called, because Quayside brings a transport of its own (docs/decisions/0200): loading
 * them (gRPC, protobuf, ssh2, packing of folders) took a third of a second of every start.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['docker-modem', './session', './buildkit'],
  ...['tar-fs', '@balena/dockerignore']
])

function leaveOutOfDockerode(): Plugin {
  const id = '\0left-out-of-dockerode'
  return {
    name: 'leave-out-of-dockerode',
    enforce: 'pre',
    resolveId: (source, importer) =>
      LEFT_OUT.has(source) && importer?.includes('/node_modules/dockerode/') ? id : null,
    load: (loaded) =>
      loaded === id ? 'export default () => { throw new Error("left out of the bundle") }' : null
  }
}

export default defineConfig({
  main: {
    resolve: { alias },
    plugins: [leaveOutOfDockerode()],
    build: {
      target: NODE_TARGET,
      sourcemap: true,
      // Comments and blanks cost time at every start; names stay, for the log's stack traces.
      rolldownOptions: { output: { minify: { compress: true, mangle: false, codegen: true } } }
    }
  },
  preload: {
    resolve: { alias },
    build: {
      target: NODE_TARGET,
      // A sandboxed preload cannot be an ES module and cannot require files: one CommonJS file, nothing external.
      externalizeDeps: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } }
    }
  },
  renderer: {
    resolve: { alias: { ...alias, '@': resolve(import.meta.dirname, 'src/renderer/src') } },
    build: { target: CHROME_TARGET, minify: true, modulePreload: { polyfill: false } },
    plugins: [vue()]
  }
})
