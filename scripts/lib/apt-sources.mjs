// Reads the machine's own package sources (one-line and deb822 form) to learn which mirror it uses.
import fs from 'node:fs'
import path from 'node:path'

/**
 * @typedef {object} AptSource
 * @property {string} uri
 * @property {string[]} suites
 * @property {string[]} components
 * @property {string | null} signedBy path of a keyring, when one is named
 *
 * @typedef {object} OsRelease
 * @property {string} id
 * @property {string} codename
 * @property {string[]} like
 */

/**
 * The sources in one file of the old form.
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseListFile(text) {
  return text.split('\n').flatMap((raw) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(raw)
    if (!match) return []
    const keyring = /(?:^|\s)signed-by=(\/\S+)/.exec(match[1] ?? '')
    return [
      {
        uri: match[2] ?? '',
        suites: [match[3] ?? ''],
        components: (match[4] ?? '').split(/\s+/).filter(Boolean),
        signedBy: keyring?.[1] ?? null
      }
    ]
  })
}

/**
 * The sources in one file of the deb822 form.
 * @param {string} text
 * @returns {AptSource[]}
 */
export function parseSourcesFile(text) {
  return text
    .replace(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      /** @type {Map<string, string>} */
      const fields = new Map()
      for (const field of stanza.split(/\n(?=\S)/)) {
        const colon = field.indexOf(':')
        if (colon > 0) fields.set(field.slice(0, colon).trim().toLowerCase(), field.slice(colon + 1).trim())
      }
      /** @param {string} name */
      const list = (name) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean)
      if (!list('types').includes('deb') || /^no$/i.test(fields.get('enabled') ?? '')) return []
      const keyring = fields.get('signed-by') ?? ''
      return list('uris').map((uri) => ({
        uri,
        suites: list('suites'),
        components: list('components'),
        signedBy: /^\/\S+$/.test(keyring) ? keyring : null
      }))
    })
}

/**
 * Every source that the machine names.
 * @param {string} [folder]
 */
export function readSources(folder = '/etc/apt') {
  const parts = path.join(folder, 'sources.list.d')
  const files = [path.join(folder, 'sources.list')]
  if (fs.existsSync(parts))
    files.push(
      ...fs
        .readdirSync(parts)
        .sort()
        .map((name) => path.join(parts, name))
    )
  return files.flatMap((file) => {
    if (!fs.existsSync(file)) return []
    if (file.endsWith('.sources')) return parseSourcesFile(fs.readFileSync(file, 'utf8'))
    return file.endsWith('.list') ? parseListFile(fs.readFileSync(file, 'utf8')) : []
  })
}

/**
 * The main archive among the sources: the one that carries the release's own suite with its main component.
 * @param {AptSource[]} sources
 * @param {string} codename
 */
export function mainArchive(sources, codename) {
  const fits = sources.filter((s) => s.components.includes('main') && !s.uri.startsWith('cdrom:'))
  return (
    fits.find((s) => s.suites.includes(codename)) ??
    fits.find((s) => s.suites.some((n) => /^(stable|testing|sid|unstable)$/.test(n)))
  )
}

/**
 * What os-release says about the distribution.
 * @param {string} [text]
 * @returns {OsRelease}
 */
export function osRelease(
  text = fs.existsSync('/etc/os-release') ? fs.readFileSync('/etc/os-release', 'utf8') : ''
) {
  /** @param {string} name */
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  return {
    id: field('ID'),
    codename: field('VERSION_CODENAME'),
    like: field('ID_LIKE').split(/\s+/).filter(Boolean)
  }
}
