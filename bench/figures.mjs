// Every figure, what it is held against and its target: the one list behind the table and results.json. A ratio travels
// from machine to machine; a plain maximum is used only for counts and for what a person would notice.

/**
 * @typedef {object} Figure
 * @property {string} id key of the samples: `<part>.<what>`
 * @property {string} title
 * @property {'ms' | 's' | 'MB' | '%' | '/s' | ''} unit
 * @property {'floor' | 'reference' | 'raw API' | 'docker stats' | 'tar' | 'buildx' | 'docker build' | null} against whose samples are the limit
 * @property {number} [maxRatio] target: at most so many times the limit
 * @property {number} [max] target: at most this, unless the limit itself is above it
 */

/** @type {readonly Figure[]} */
export const FIGURES = [
  { id: 'startup.usable', title: 'spawn → list usable', unit: 'ms', against: 'floor', maxRatio: 1.25 },
  { id: 'startup.usable', title: 'spawn → list usable', unit: 'ms', against: 'reference' },
  { id: 'startup.cpu', title: 'CPU to get there', unit: 's', against: 'floor', maxRatio: 1.5 },
  { id: 'startup.longestTask', title: 'longest task of the page', unit: 'ms', against: 'reference', max: 80 },
  { id: 'startup.memory', title: 'memory (PSS, all processes)', unit: 'MB', against: 'floor', maxRatio: 1.3 },
  { id: 'list.visit', title: 'other page → list painted', unit: 'ms', against: 'raw API' },
  { id: 'list.nodes', title: 'DOM elements of the list', unit: '', against: 'reference', max: 1200 },
  { id: 'list.longFrames', title: 'scrolling: frames over 50 ms', unit: '%', against: 'reference', max: 2 },
  { id: 'list.search', title: 'search typed → painted', unit: 'ms', against: 'reference', max: 50 },
  { id: 'list.clear', title: 'search cleared → painted', unit: 'ms', against: 'reference', max: 50 },
  { id: 'row.running', title: 'start answered → row Running', unit: 'ms', against: 'reference', maxRatio: 2 },
  { id: 'row.cpu', title: 'CPU of the app per start', unit: 's', against: 'reference', maxRatio: 2 },
  { id: 'count.startRequests', title: 'engine requests per start', unit: '', against: null, max: 2 },
  { id: 'count.startPatches', title: 'container patches per start', unit: '', against: null, max: 1 },
  { id: 'count.hiddenMessages', title: 'messages per start, window hidden', unit: '', against: null, max: 0 },
  { id: 'count.launchRequests', title: 'engine requests of a launch', unit: '', against: null },
  { id: 'count.launchBytes', title: 'bytes to the page at launch', unit: '', against: null },
  { id: 'count.idleRequests', title: 'engine requests in 10 idle s', unit: '', against: null },
  {
    id: 'logs.searchable',
    title: 'log of 1,000,000 lines: opened → searchable',
    unit: 'ms',
    against: 'raw API',
    maxRatio: 2
  },
  { id: 'logs.rate', title: 'lines a second, engine → searchable', unit: '/s', against: null },
  { id: 'logs.search', title: 'search of 1,000,000 lines', unit: 'ms', against: null, max: 1500 },
  {
    id: 'logs.scrollFrame',
    title: 'longest frame, scrolling 1,000,000 lines',
    unit: 'ms',
    against: null,
    max: 50
  },
  {
    id: 'logs.followFrame',
    title: 'longest frame, following 20,000 lines/s',
    unit: 'ms',
    against: null,
    max: 50
  },
  { id: 'logs.memory', title: 'renderer’s memory for 1,000,000 lines', unit: 'MB', against: null, max: 40 },
  { id: 'images.bytes', title: 'image of 1 GB: opened', unit: 'ms', against: 'tar', maxRatio: 1.5 },
  { id: 'images.bytesMemory', title: 'image of 1 GB: peak of memory', unit: 'MB', against: null, max: 200 },
  { id: 'images.files', title: 'image of 300,000 files: opened', unit: 'ms', against: 'tar', maxRatio: 2 },
  {
    id: 'images.filesMemory',
    title: 'image of 300,000 files: peak of memory',
    unit: 'MB',
    against: null,
    max: 300
  },
  {
    id: 'images.sameLayers',
    title: 'image of the same layers: opened',
    unit: 'ms',
    against: null,
    max: 1000
  },
  {
    id: 'images.moreLayers',
    title: 'image with a layer more: opened',
    unit: 'ms',
    against: 'tar',
    maxRatio: 2
  },
  {
    id: 'images.scrollFrame',
    title: 'longest frame, scrolling its tree',
    unit: 'ms',
    against: null,
    max: 50
  },
  { id: 'builds.wall', title: 'build of 3,000 files', unit: 'ms', against: 'buildx', maxRatio: 1.2 },
  { id: 'builds.cpu', title: 'build of 3,000 files: CPU of the app', unit: 's', against: 'buildx' },
  {
    id: 'builds.lines',
    title: 'build that prints 500,000 lines',
    unit: 'ms',
    against: 'buildx',
    maxRatio: 1.5
  },
  { id: 'builds.longFrames', title: 'showing them: frames over 50 ms', unit: '%', against: 'floor', max: 2 },
  { id: 'builds.frame', title: 'longest frame, showing them', unit: 'ms', against: 'floor', max: 50 },
  {
    id: 'builds.allLines',
    title: 'the same without BuildKit, all lines',
    unit: 'ms',
    against: 'docker build',
    maxRatio: 1.5
  },
  {
    id: 'builds.allLongFrames',
    title: 'showing them: frames over 50 ms',
    unit: '%',
    against: 'floor',
    max: 2
  },
  { id: 'builds.allFrame', title: 'longest frame, showing them', unit: 'ms', against: 'floor', max: 50 },
  { id: 'idle.shownCpu', title: 'idle CPU, window shown', unit: '%', against: 'floor', max: 0.5 },
  { id: 'idle.shownWakeUps', title: 'idle wake-ups, window shown', unit: '/s', against: 'floor', max: 8 },
  { id: 'idle.hiddenCpu', title: 'idle CPU, window hidden', unit: '%', against: 'floor', max: 0.1 },
  { id: 'idle.hiddenWakeUps', title: 'idle wake-ups, window hidden', unit: '/s', against: 'floor', max: 8 },
  { id: 'stats.listCpu', title: 'figures in the list: CPU of the app', unit: '%', against: 'docker stats' },
  {
    id: 'stats.listEngineCpu',
    title: 'figures in the list: CPU of the engine',
    unit: '%',
    against: 'docker stats',
    maxRatio: 1.1
  },
  { id: 'stats.restCpu', title: 'history, list not shown: app', unit: '%', against: 'floor', max: 0.5 },
  { id: 'stats.restEngineCpu', title: 'history, list not shown: engine', unit: '%', against: null, max: 1 },
  { id: 'stats.hiddenCpu', title: 'history, window hidden: app', unit: '%', against: 'floor', max: 0.1 },
  { id: 'stats.hiddenEngineCpu', title: 'history, window hidden: engine', unit: '%', against: null, max: 0.5 }
]

/** The benchmarks that can be named: each fills the figures that begin with its name. */
export const PARTS = /** @type {const} */ ([
  'startup',
  'list',
  'row',
  'count',
  'idle',
  'logs',
  'images',
  'builds',
  'stats'
])

/** What runs when nothing is named; the other parts take minutes each, and the whole is to stay under ten. */
export const USUAL_PARTS = PARTS.filter((part) => !['logs', 'images', 'builds', 'stats'].includes(part))

/** @typedef {(typeof PARTS)[number]} Part */
