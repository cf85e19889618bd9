/** Which settings weaken the wall between a container and its machine, and how, in one sentence each. Pure. */

const ROOT_HERE = 'It is as good as root on this machine.'

/** Options by the name this file gives them, and the value that makes them a risk. */
const RISKS: readonly (readonly [option: string, value: RegExp, sentence: string])[] = [
  ['privileged', /^true$/, `It may use every device and change the kernel. ${ROOT_HERE}`],
  [
    'network',
    /^host$/,
    'It uses this machine’s network: it reaches, and can listen on, every address of it.'
  ],
  ['pid', /^host$/, 'It sees every process of this machine, with their environments.'],
  ['ipc', /^host$/, 'It shares this machine’s memory segments.'],
  ['uts', /^host$/, 'It can change this machine’s host name.'],
  ['userns', /^host$/, 'Its root is this machine’s root, although the engine maps users.'],
  ['security', /^seccomp[=:]unconfined$/, 'It may make every system call.'],
  ['security', /^apparmor[=:]unconfined$/, 'AppArmor does not confine it.'],
  ['security', /^label[=:]disable$/, 'SELinux does not confine it.'],
  [
    'security',
    /^systempaths[=:]unconfined$/,
    'It sees the parts of /proc and /sys that are hidden from containers.'
  ],
  ['device', /^\/dev\/(?:mem|kmem|port|kmsg)$/, `It can read this machine’s memory. ${ROOT_HERE}`],
  [
    'device',
    /^\/dev\/(?:sd|vd|xvd|nvme|hd|mmcblk|dm-|md|loop|mapper\/)/,
    `It can read and change a whole disk. ${ROOT_HERE}`
  ]
]

export function riskOfOption(option: string, value: string): string | null {
  return RISKS.find(([name, pattern]) => name === option && pattern.test(value))?.[2] ?? null
}

const CAPABILITIES: Readonly<Record<string, string>> = {
  ALL: ROOT_HERE,
  SYS_ADMIN: ROOT_HERE,
  SYS_MODULE: `It can load kernel modules. ${ROOT_HERE}`,
  SYS_RAWIO: `It can reach devices directly. ${ROOT_HERE}`,
  SYS_PTRACE: 'It can look into other processes it sees.',
  DAC_READ_SEARCH: 'It can read any file it can name, on this machine too.',
  NET_ADMIN: 'It can change the network it is in.',
  SYS_TIME: 'It can set this machine’s clock.',
  SYS_BOOT: 'It can restart this machine.',
  BPF: 'It can load programs into the kernel.'
}

export function riskOfCapability(name: string): string | null {
  return CAPABILITIES[name.toUpperCase().replace(/^CAP_/, '')] ?? null
}
