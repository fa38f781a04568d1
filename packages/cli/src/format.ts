const sizes = ['TiB', 'GiB', 'MiB', 'KiB'] as const

/** Bytes as a person types them: `256MiB`, `1.5GiB`, `100B`; at most two decimals. */
export function formatSize(bytes: number): string {
  for (const [index, unit] of sizes.entries()) {
    const factor = 1024 ** (sizes.length - index)
    if (bytes >= factor) return `${decimals(bytes / factor)}${unit}`
  }
  return `${bytes}B`
}

/** Milliseconds as a person types them: `24h`, `2s`, `512.3ms`. Whole minutes and hours only, so that nothing is rounded away. */
export function formatTime(milliseconds: number): string {
  if (milliseconds >= 3_600_000 && milliseconds % 3_600_000 === 0) return `${milliseconds / 3_600_000}h`
  if (milliseconds >= 60_000 && milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`
  return milliseconds >= 1000 ? `${decimals(milliseconds / 1000)}s` : `${decimals(milliseconds)}ms`
}

function decimals(value: number): string {
  return String(Math.round(value * 100) / 100)
}
