/** Containers that Docker cannot start, or that have nothing they can run. Used by stopped.test.ts. */
import type { Case } from './case'
import { FAILING } from './failing-image'

export const START_CASES: Readonly<Record<string, Case>> = {
  'no-command': {
    command: ['nosuch', '--x'],
    cause: 'command-not-found',
    says: /no command “nosuch”/,
    offers: 'run'
  },
  'no-path': { command: ['/opt/nosuch'], cause: 'command-not-found', says: /“\/opt\/nosuch”/ },
  'one-word': {
    command: ['echo hello'],
    cause: 'command-not-found',
    says: /whole line was taken as one word/,
    offers: 'run'
  },
  'no-shell': { command: ['bash', '-c', 'true'], cause: 'command-not-found', says: /no shell “bash”/ },
  'not-executable': {
    command: ['/etc/plain'],
    cause: 'not-executable',
    says: /cannot be executed/,
    expect: { exitCode: 126 }
  },
  foreign: {
    image: 'other-arch:test',
    cause: 'wrong-architecture',
    says: /for s390x processors/,
    offers: 'command'
  },
  'foreign-file': {
    command: ['/foreign'],
    cause: 'wrong-architecture',
    says: /\/foreign cannot be executed/
  },
  'no-shebang': { command: ['/bare.sh'], cause: 'wrong-architecture', says: /script without a first line/ },
  crlf: { command: ['/crlf.sh'], cause: 'interpreter-missing', says: /\/crlf\.sh is there/ },
  'no-bash': { command: ['/bash.sh'], cause: 'interpreter-missing', says: /\/bash\.sh is there/ },
  workdir: {
    options: ['-w', '/proc/nosuch'],
    command: ['true'],
    cause: 'working-directory',
    says: /\/proc\/nosuch cannot be entered/
  },
  'no-user': {
    options: ['-u', 'nosuch'],
    command: ['true'],
    cause: 'user-not-found',
    says: /no user “nosuch”/
  },
  'no-group': {
    options: ['-u', 'root:nosuch'],
    command: ['true'],
    cause: 'user-not-found',
    says: /no group “nosuch”/
  },
  'port-of-container': {
    options: ['-p', '18081:80'],
    command: ['true'],
    cause: 'port-in-use',
    says: /Port 18081 is already published by the container holder/,
    offers: 'container'
  },
  'port-of-program': {
    options: ['-p', '18080:80'],
    command: ['true'],
    cause: 'port-in-use',
    says: /Port 18080 is already in use by another program/,
    offers: 'run'
  },
  'no-network': {
    options: ['--network', 'gone-net'],
    command: ['true'],
    prepare: (engine) => engine.docker('network', 'create', 'gone-net'),
    between: (engine) => engine.docker('network', 'rm', 'gone-net'),
    cause: 'network-gone',
    says: /network gone-net .* does not exist/,
    offers: 'command'
  },
  'no-partner': {
    options: ['--network', 'container:partner'],
    command: ['true'],
    prepare: (engine) => engine.docker('create', '--name', 'partner', FAILING, 'true'),
    cause: 'network-container-gone',
    says: /network of the container partner, which does not run/,
    offers: 'container'
  },
  'folder-on-file': {
    options: ['-v', '/tmp:/etc/passwd'],
    command: ['true'],
    cause: 'mount-wrong-kind',
    says: /not both folders or both files/
  },
  'no-source': {
    prepare: (engine) => engine.inNetwork('mkdir', `${engine.home}/gone`),
    options: ['--mount', 'type=bind,src=@home/gone,dst=/x'],
    command: ['true'],
    between: (engine) => engine.inNetwork('rmdir', `${engine.home}/gone`),
    cause: 'mount-source-missing',
    says: /\/gone that it mounts does not exist/,
    offers: 'command'
  },
  'bad-volume': {
    prepare: (engine) =>
      engine.docker('volume', 'create', '-o', 'type=ext4', '-o', 'device=/dev/nosuch', 'bad-volume'),
    options: ['-v', 'bad-volume:/x'],
    command: ['true'],
    cause: 'volume-mount',
    says: /volume could not be mounted/
  },
  'no-device': {
    options: ['--device', '/dev/nosuch'],
    command: ['true'],
    cause: 'device-missing',
    says: /\/dev\/nosuch/
  },
  'no-gpu': { options: ['--gpus', 'all'], command: ['true'], cause: 'gpu-missing', says: /GPU/ },
  'bad-sysctl': {
    options: ['--sysctl', 'net.nosuch=1'],
    command: ['true'],
    cause: 'bad-sysctl',
    says: /net\.nosuch/
  },
  'bad-ulimit': {
    options: ['--ulimit', 'nofile=99999999999:99999999999'],
    command: ['true'],
    cause: 'bad-ulimit',
    says: /higher than this machine allows/
  },
  'no-files': {
    options: ['--ulimit', 'nofile=4:4'],
    command: ['true'],
    cause: 'file-descriptors',
    says: /too few files/
  }
}
