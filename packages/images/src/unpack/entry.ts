import type { Header } from 'tar-stream'

/** One entry of a tar archive, as tar-stream gives it; its types leave out what it has not checked. */
export interface Entry extends AsyncIterable<Uint8Array> {
  readonly header: Omit<Header, 'linkname' | 'type' | 'pax'> & {
    readonly linkname: string | null
    /** Null where it is of no known kind. */
    readonly type: Header['type'] | null
    readonly pax?: Readonly<Record<string, string>> | null
  }
  resume(): void
}
