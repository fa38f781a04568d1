import { packageError } from '../../errors.ts'

/** An element as the parser gives it: attributes under `@_name`, elements under their names. */
export type Element = { readonly [name: string]: unknown }

/** The elements of a name within another. */
export function children(element: Element | undefined, name: string): readonly Element[] {
  const value = element?.[name]
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return list.map((each) => (typeof each === 'object' && each !== null ? (each as Element) : { '#text': each }))
}

/** The first of them. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return children(element, name)[0]
}

/** The first of them, which must be there. */
export function requireChild(element: Element, name: string, file: string): Element {
  const found = child(element, name)
  if (found === undefined) throw packageError(file, `<${name}> is not there`)
  return found
}

/** An attribute's value. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  const value = element?.[`@_${name}`]
  return typeof value === 'string' ? value : undefined
}
