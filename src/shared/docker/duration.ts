/** Durations as Docker prints them (docker/go-units duration.go): "About a minute", "3 weeks"; and as a column has room for. */

/** The words for a span in milliseconds; add " ago" for an age. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.trunc(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.trunc(milliseconds / 3_600_000 + 0.5)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  const days = Math.trunc(hours / 24)
  if (days < 14) return `${days} days`
  if (days < 60) return `${Math.trunc(days / 7)} weeks`
  if (days < 730) return `${Math.trunc(days / 30)} months`
  return `${Math.trunc(Math.trunc(milliseconds / 3_600_000) / 24 / 365)} years`
}

/** An age for a narrow column that is not painted every second: "Just now", "1 minute ago", "3 weeks ago". */
export function humanAge(milliseconds: number): string {
  if (milliseconds < 60_000) return 'Just now'
  return `${humanDuration(milliseconds).replace(/^About an? /, '1 ')} ago`
}
