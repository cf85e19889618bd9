// What a program and everything below it used, read from /proc: CPU time, wake-ups and memory. Linux only.
import fs from 'node:fs'
import { performance } from 'node:perf_hooks'

/** Clock ticks per second in /proc; the kernel's ABI fixes it at 100 for user space. */
const TICKS = 100

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // The process or thread ended while we looked.
    return null
  }
}

/**
 * The fields of /proc/<pid>/stat from `state` on: the name before them may hold blanks and brackets.
 * @param {number} pid
 */
function stat(pid) {
  const text = read(`/proc/${pid}/stat`)
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/**
 * The ids of a process and of everything it started, directly or not.
 * @param {number} root
 * @returns {number[]}
 */
export function processTree(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = Number(stat(Number(name))?.[1] ?? -1)
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = fs.existsSync(`/proc/${root}`) ? [root] : []
  for (let i = 0; i < tree.length; i++) tree.push(...(children.get(/** @type {number} */ (tree[i])) ?? []))
  return tree
}

/**
 * CPU seconds that the tree has used since it began, those of ended and waited-for children included (10 ms steps).
 * @param {number} root
 */
export function cpuSeconds(root) {
  let ticks = 0
  for (const pid of processTree(root)) {
    const fields = stat(pid)
    // utime, stime, cutime, cstime
    if (fields) ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  }
  return ticks / TICKS
}

/**
 * @typedef {object} Activity
 * @property {number} atMs
 * @property {Map<string, { ns: number, switches: number }>} threads by `pid/tid`
 */

/**
 * Run time (in nanoseconds) and voluntary context switches of every thread of the tree.
 * @param {number} root
 * @returns {Activity}
 */
export function activity(root) {
  return activityOf(processTree(root))
}

/**
 * The same of processes that are no tree: an engine's shims leave their parent.
 * @param {readonly number[]} pids
 * @returns {Activity}
 */
export function activityOf(pids) {
  const threads = new Map()
  for (const pid of pids) {
    for (const tid of listOf(`/proc/${pid}/task`)) {
      const ns = read(`/proc/${pid}/task/${tid}/schedstat`)?.split(' ')[0]
      const switches = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(
        read(`/proc/${pid}/task/${tid}/status`) ?? ''
      )?.[1]
      if (ns !== undefined) threads.set(`${pid}/${tid}`, { ns: Number(ns), switches: Number(switches ?? 0) })
    }
  }
  return { atMs: performance.now(), threads }
}

/** @param {string} folder */
function listOf(folder) {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * What happened between two samples. Threads that ended in between are left out: they were not waiting for work.
 * @param {Activity} before
 * @param {Activity} after
 */
export function between(before, after) {
  const seconds = (after.atMs - before.atMs) / 1000
  let ns = 0
  let switches = 0
  for (const [key, now] of after.threads) {
    const then = before.threads.get(key) ?? { ns: 0, switches: 0 }
    ns += now.ns - then.ns
    switches += now.switches - then.switches
  }
  return { cpuSeconds: ns / 1e9, cpuPercent: ns / 1e7 / seconds, wakeUpsPerSecond: switches / seconds }
}

/**
 * Proportional memory of the tree in bytes: pages shared by several processes are counted once, in parts.
 * @param {number} root
 */
export function memoryBytes(root) {
  let kib = 0
  for (const pid of processTree(root)) {
    kib += Number(/^Pss:\s*(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0)
  }
  return kib * 1024
}

/**
 * Ends a list of processes for good and answers those that would not go.
 * @param {readonly number[]} pids
 */
export async function killAll(pids) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
  const alive = () => pids.filter((pid) => !['Z', 'X', undefined].includes(stat(pid)?.[0]))
  for (let i = 0; i < 100 && alive().length > 0; i++) await new Promise((done) => setTimeout(done, 20))
  return alive()
}
