import { refusal } from '../refusal.ts'

/** Parts of documents that came from outside, as what they have to be. */

export function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal(`have an object as ${what}`, value)
  return value as Readonly<Record<string, unknown>>
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(`have a list as ${what}`, value)
  return value
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw refusal(`have a string as ${what}`, value)
  return value
}

/** Texts, or none where nothing is said: what Go writes for an empty list is null. */
export function textsOf(value: unknown, what: string): readonly string[] {
  if (value === undefined || value === null) return []
  return listOf(value, what).map((text) => textOf(text, what))
}
