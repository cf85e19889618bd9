/** An image with everything a container can fail by: scripts with the wrong first line, a program of another processor. */
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { TestEngine } from '../engine-fixture'

const exec = promisify(execFile)

export const FAILING = 'failing:test'

/** The head of a program for a processor that no test machine has (IBM S/390), enough for the kernel to refuse it. */
function foreignProgram(): Buffer {
  const head = Buffer.alloc(120)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 2, 1]).copy(head)
  head.writeUInt16BE(2, 16)
  head.writeUInt16BE(22, 18)
  head.writeUInt32BE(1, 20)
  return head
}

const FILES: Readonly<Record<string, { readonly content: string | Buffer; readonly mode?: number }>> = {
  'etc/passwd': { content: 'root:x:0:0:root:/root:/bin/sh\n', mode: 0o644 },
  'etc/plain': { content: 'not a program\n', mode: 0o644 },
  'crlf.sh': { content: '#!/bin/sh\r\necho hello\r\n' },
  'bash.sh': { content: '#!/bin/bash\necho hello\n' },
  'bare.sh': { content: 'echo hello\n' },
  foreign: { content: foreignProgram() }
}

/** Imports the image with the engine's own CLI; also as `other-arch:test`, which says it is for another processor. */
export async function importFailing(engine: TestEngine): Promise<void> {
  const root = await mkdtemp(`${engine.home}/failing-`)
  for (const folder of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev', 'root']) await mkdir(`${root}/${folder}`)
  await copyFile('/bin/busybox', `${root}/bin/busybox`)
  const script =
    'for a in $("$1/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$1/bin/$a"; done'
  await exec('/bin/sh', ['-c', script, 'sh', root])
  await chmod(`${root}/root`, 0o700)
  for (const [name, { content, mode = 0o755 }] of Object.entries(FILES)) {
    await writeFile(`${root}/${name}`, content)
    await chmod(`${root}/${name}`, mode)
  }
  const pack = (options: string) =>
    exec('/bin/sh', ['-c', `tar -C "$1" -c . | docker import ${options}`, 'sh', root], { env: engine.env })
  await pack(`-c 'CMD ["sh"]' - ${FAILING}`)
  await pack(`--platform linux/s390x -c 'CMD ["/foreign"]' - other-arch:test`)
  await rm(root, { recursive: true, force: true })
}
