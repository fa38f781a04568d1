/** The content of a regular file: a file of its own in the staging directory, under a name of ours. */
export interface Content {
  readonly path: string
  readonly bytes: number
  readonly digest: string
}

export interface FileNode {
  readonly kind: 'file'
  readonly content: Content
  readonly isExecutable: boolean
  readonly modifiedSeconds: number
  readonly layer: number
}

interface LinkNode {
  readonly kind: 'symlink'
  readonly target: string
  readonly layer: number
}

export interface DirectoryNode {
  readonly kind: 'directory'
  readonly children: Map<string, ImageNode>
  readonly depth: number
  readonly pathBytes: number
  /** The last one that spoke of it. */
  layer: number
  /** The last one that hid what was below it: of what came before, nothing is left to hide. */
  prunedLayer?: number
}

/** What stands at a path of an image. */
export type ImageNode = FileNode | LinkNode | DirectoryNode
