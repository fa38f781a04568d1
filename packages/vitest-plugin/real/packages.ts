/** A package of npm's whose tarball has the tests that its authors wrote, for Vitest. */
export interface RealPackage {
  readonly name: string
  readonly version: string
  /** Of the tarball, as the registry has it. */
  readonly integrity: string
  readonly vitest: string
  /** What its tests need beside its own dependencies. */
  readonly needs: readonly string[]
  /** Of Vite's config, as text: tarballs have none. */
  readonly resolve?: string
  readonly test: object
  /** Of the plugin. */
  readonly options?: object
  /** Why not all of its tests are run, by file. */
  readonly left?: Readonly<Record<string, string>>
}

/** Dependencies are those that there were on this day. */
export const day = '2026-11-20'

export const realPackages: readonly RealPackage[] = [
  {
    name: 'zod',
    version: '4.6.7',
    integrity: 'sha512-g8W2D2kU6a8untc053fX1uVBKzM7yqAxW/3zwk83+6RyF2+SKOuV+c0wBDhUwzV1PaGapmZH+rmcUzPf+3CGwg==',
    vitest: '5.1.1',
    needs: [],
    resolve: `alias: [{ find: /^zod$/, replacement: root + '/src/index.ts' }, { find: /^zod\\/(.*)$/, replacement: root + '/src/$1/index.ts' }]`,
    test: { include: ['src/**/*.test.ts'] },
  },
  {
    name: 'msw',
    version: '2.15.0',
    integrity: 'sha512-2wQAmKkQKxRuXvYJxVhPGG0wZNBQyD06oJvxqw90XqLvptdqxdlHrFUfEteKkpaNORX3Xzc+HtEl/q0nfmN2wQ==',
    vitest: '4.1.12',
    needs: ['jsdom@25.0.1', 'undici@7.28.0'],
    resolve: `alias: { '#core': root + '/src/core' }`,
    test: {
      include: ['src/**/*.test.ts'],
      globals: true,
      environmentOptions: { jsdom: { url: 'http://localhost/' } },
    },
    left: {
      'src/core/ws.test.ts': 'its environment, `node-websocket`, is not in the tarball',
      'src/core/ws/WebSocketClientManager.test.ts': 'the same',
    },
  },
  {
    name: '@mswjs/interceptors',
    version: '0.41.9',
    integrity: 'sha512-VVPPgHyQ6ShqnrmDWuxjmUIsO9gWyOZFmuOfLd9LfBGQJwZfy0gvv9pbHSJuoFNIYC7ZDX9aoFwowjcdSC4E8w==',
    vitest: '4.1.12',
    needs: ['jsdom@26.1.0', 'happy-dom@17.6.3'],
    test: { include: ['src/**/*.test.ts'] },
  },
  {
    name: '@tanstack/query-core',
    version: '5.0.0',
    integrity: 'sha512-Y1BpiA6BblJd/UlVqxEVeAG7IACn568YJuTTItAiecBI7En+33g780kg+/8lhgl+BzcUPN7o+NjBrSRGJoemyQ==',
    vitest: '4.1.12',
    needs: [
      'jsdom@27.0.1',
      'react@18.3.1',
      'react-dom@18.3.1',
      '@testing-library/react@14.3.1',
      '@testing-library/dom@9.3.4',
    ],
    test: { include: ['src/**/*.test.tsx'], environment: 'jsdom', globals: true },
  },
  {
    name: '@tldraw/editor',
    version: '5.1.1',
    integrity: 'sha512-TyIpxJBWHPkOvaviy05Yjnf9pYbBLFib000IxJkeLVv8fkBhFBaQNYyIc93uJwsPxaAdNYhNUye3XxBDSj8fYQ==',
    vitest: '4.1.12',
    needs: [
      ...['vite@7.3.8', 'happy-dom@20.0.10', 'react@19.2.1', 'react-dom@19.2.1', '@testing-library/react@16.3.0'],
      ...['@testing-library/dom@10.4.1', 'fake-indexeddb@4.0.2'],
    ],
    test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'happy-dom', globals: true },
    // Two tests of licenses look for a host of theirs, and do not mind that there is no way to it.
    options: { violations: 'warn' },
  },
  {
    name: '@tldraw/sync-core',
    version: '5.1.1',
    integrity: 'sha512-KbYxZ4Nk7cR10i4Kj2ASupJN+5f+8p7MYiwI+2pry/AaTrFZC8iWG3lH1M8CRrT1RueVgPGHk3OLuVSBsL6fCg==',
    vitest: '4.1.12',
    needs: [
      'vite@7.3.8',
      'jsdom@27.0.1',
      'tldraw@5.1.1',
      'react@19.2.1',
      'react-dom@19.2.1',
      'uuid-by-string@4.0.0',
      'uuid-readable@0.0.2',
    ],
    test: { include: ['src/**/*.test.ts'], environment: 'jsdom', globals: true },
    // One waits for a connection to a host that there is none of, and may end before it is told so.
    options: { violations: 'warn' },
  },
  {
    name: '@automerge/automerge-repo-network-websocket',
    version: '2.5.6',
    integrity: 'sha512-xs/xzOCTf5ZuqhDUtBO1VQ3QOnunEobjtgEqGNu7UcoD2uYWET1ANHVfS+ZzSV8IOA1O9jFAPXxzc4FXoSL0hQ==',
    vitest: '4.1.12',
    needs: ['portfinder@1.0.38', '@automerge/automerge@3.2.0'],
    resolve: `alias: [{ find: /^[.][.][/][.][.][/]automerge-repo[/]/, replacement: root + '/../node_modules/@automerge/automerge-repo/' }]`,
    // Two are a race between peers, which is lost under forks too.
    test: { include: ['test/**/*.test.ts'], testNamePattern: '^(?!.*can sync [23] repos)' },
  },
  {
    name: '@automerge/automerge-repo-storage-nodefs',
    version: '2.5.6',
    integrity: 'sha512-euCoSvlcGLVBMzBHSr7txUXIdVI0WwkdXqIbRgGtltdynS/Id2Ps4ngbKSI/1kocRsrTzvx1dW77DxwjArV8xg==',
    vitest: '5.1.1',
    needs: [],
    resolve: `alias: [{ find: /^[.][.][/][.][.][/]automerge-repo[/]/, replacement: root + '/../node_modules/@automerge/automerge-repo/' }]`,
    test: { include: ['test/**/*.test.ts'] },
  },
  {
    name: '@atproto/lex-schema',
    version: '0.0.20',
    integrity: 'sha512-Q6BDt59A1XrLSDlMuxh6nyw8iNHIxmTpglC5fjVeEXYlntMBFBf4TmWjFotkThCdpcE3FPVVfpGGpU1bC6C9KQ==',
    vitest: '4.1.12',
    needs: [],
    test: { include: ['src/**/*.test.ts'] },
  },
]
