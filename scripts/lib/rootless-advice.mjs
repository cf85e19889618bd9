// Things that an ordinary user's machine may lack for an engine without root, or for Electron's sandbox. They are
// only said: the app shows them too, and works as far as it can.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** @param {string} text */
const ranges = (text) =>
  text.split('\n').flatMap((line) => {
    const [owner = '', first, count] = line.trim().split(':')
    return /^\d+$/.test(first ?? '') && /^\d+$/.test(count ?? '')
      ? [{ owner, first: Number(first), count: Number(count) }]
      : []
  })

/**
 * The command that gives a user the ranges of ids that a rootless engine needs; null when the user has them.
 * @param {{ name: string, uid: number }} user
 * @param {string} subuid content of /etc/subuid
 * @param {string} subgid content of /etc/subgid
 */
export function subidCommand(user, subuid, subgid) {
  /** @param {string} text */
  const has = (text) =>
    ranges(text).some((r) => (r.owner === user.name || r.owner === String(user.uid)) && r.count >= 65536)
  if (has(subuid) && has(subgid)) return null
  const ends = [...ranges(subuid), ...ranges(subgid)].map((r) => r.first + r.count)
  const first = Math.max(100_000, ...ends)
  const range = `${first}-${first + 65_535}`
  return `sudo usermod --add-subuids ${range} --add-subgids ${range} ${user.name}`
}

/**
 * What to tell an ordinary user, one entry each; empty as root and on a machine that is ready.
 * @param {string} electron Electron's program
 */
export function rootlessAdvice(electron) {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return []
  const advice = []
  const { username, uid } = os.userInfo()
  const command = subidCommand({ name: username, uid }, read('/etc/subuid'), read('/etc/subgid'))
  if (command)
    advice.push(
      `you have no range of subordinate ids, so the engine cannot run without root. Give yourself one:\n\n  ${command}\n`
    )
  const closed =
    read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns').trim() === '1' ||
    read('/proc/sys/kernel/unprivileged_userns_clone').trim() === '0'
  const helper = path.join(path.dirname(electron), 'chrome-sandbox')
  if (closed && fs.existsSync(helper) && (fs.statSync(helper).mode & 0o4000) === 0)
    advice.push(
      "this system keeps programs from making user namespaces, so Electron's sandbox needs its helper set up:\n\n" +
        `  sudo chown root:root ${helper} && sudo chmod 4755 ${helper}\n`
    )
  return advice
}
