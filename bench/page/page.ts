import { readFile } from 'node:fs/promises'
import type { Goal } from '../goals.ts'
import { type Busyness, isBusy } from '../machine.ts'
import type { BenchReport } from '../report.ts'
import { titleOf } from '../subjects/all.ts'
import { escapeHtml, htmlPage } from './html.ts'
import { goalSection, latencySection, sizeSection, throughputSection, traceSection } from './sections.ts'

function factRows(facts: readonly (readonly [string, string])[]): string {
  const rows = facts.map(([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`)
  return `<div class="table"><table class="facts">${rows.join('\n')}</table></div>`
}

function load({ loadAverage, busyFraction }: Busyness): string {
  return `load average ${loadAverage.toFixed(2)}, others used ${Math.round(busyFraction * 100)} % of the CPUs`
}

function header({ machine, before, after, missing, startedAt }: BenchReport): string {
  const warning = 'The machine was busy with other things: what is measured on it says less.'
  const facts: (readonly [string, string])[] = [
    ['measured', `${startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['processors', `${machine.processorCount} × ${machine.processor}${machine.isVirtual ? ', virtual' : ''}`],
    ['memory', `${Math.round(machine.memoryBytes / 1024 ** 3)} GiB`],
    ['software', `Linux ${machine.kernel} ${machine.architecture}, cgroups ${machine.cgroups}, Node ${machine.node}`],
    ['at the start', load(before)],
    ['at the end', load(after)],
    ...Object.entries(missing).map(([name, reason]) => [`missing: ${titleOf(name)}`, reason] as const),
  ]
  return `${isBusy(before) || isBusy(after) ? `<p class="busy">${warning}</p>\n` : ''}${factRows(facts)}`
}

/** A page that needs nothing but itself. */
export async function renderPage(report: BenchReport, goals: readonly Goal[]): Promise<string> {
  const sections = [
    await goalSection(goals),
    await latencySection(report),
    await throughputSection(report),
    await sizeSection(report),
    await traceSection(report),
  ]
  return htmlPage({
    title: 'Mayfly: a fresh container for each run, beside others',
    style: await readFile(new URL('style.css', import.meta.url), 'utf8'),
    header: header(report),
    sections: sections.filter((section) => section !== undefined),
  })
}
