import { MiB } from '@mayfly/sandbox'
import { javaMainClass } from './java.ts'
import { moduleManifest } from './javascript.ts'
import type { Build, Language } from './language.ts'

/** What the JVM takes beside its heap. */
const jvmOverheadBytes = 96 * MiB

function heap({ memoryBytes }: Build): string {
  return `-Xmx${Math.max(16, Math.floor((memoryBytes - jvmOverheadBytes) / MiB))}m`
}

const jvm = (build: Build, ...words: readonly string[]): readonly string[] => [
  ...['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xss64m', '-Xshare:auto', '-XX:-UsePerfData'],
  ...[heap(build), ...words],
]

/** A program made by a compiler that is given its sources and the name of what it makes, and constants if it has any. */
function native(
  id: string,
  name: string,
  extensions: readonly string[],
  argv: readonly string[],
  define?: string,
): Language {
  const [compiler = '', ...options] = argv
  return {
    id,
    name,
    extensions,
    needs: [compiler],
    version: [compiler, '--version'],
    compile: ({ sources, defines }) => [
      ...[compiler, ...defined(define, defines)],
      ...options.flatMap((word) => (word === '…' ? sources : [word])),
    ],
    product: 'program',
    run: () => ['./program'],
  }
}

function defined(define: string | undefined, names: readonly string[]): readonly string[] {
  return define === undefined ? [] : names.map((name) => `${define}${name}`)
}

/** A program that an interpreter runs from its source. */
function script(
  id: string,
  name: string,
  extensions: readonly string[],
  run: readonly string[],
  check?: readonly string[],
): Language {
  const [interpreter = ''] = run
  return {
    id,
    name,
    extensions,
    needs: [interpreter],
    version: [interpreter, '--version'],
    run: ({ entry }) => [...run, entry],
    ...(check === undefined ? {} : { check: ({ sources }: Build) => [...check, ...sources] }),
  }
}

const pythonCheck = 'import sys\nfor path in sys.argv[1:]: compile(open(path, "rb").read(), path, "exec")'

function python(id: string, name: string, interpreter: string): Language {
  return {
    ...script(id, name, ['py'], [interpreter], [interpreter, '-c', pythonCheck]),
    entryNames: ['__main__.py', 'main.py'],
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0' },
  }
}

/** Whether an expression is not closed, or closed too often, is all that can be told without running them. */
const lispCheck =
  "sbcl --noinform --disable-debugger --no-sysinit --no-userinit --eval '(with-open-file (file (second *posix-argv*)) (let ((end (gensym))) (loop until (eq end (read file nil end)))))' --quit --end-toplevel-options"
const schemeCheck =
  '(for-each (lambda (path) (with-input-from-file path (lambda () (let loop () (if (not (eof-object? (read))) (loop)))))) (cdr (command-line)))'
const tclCheck = [
  ...['sh', '-ec'],
  `for path; do echo 'if {![info complete [read [open [lindex $argv 0]]]]} {puts stderr "a brace, bracket or quote is not closed"; exit 1}' | tclsh /dev/stdin "$path"; done`,
  'sh',
]
const elixirCheck = 'Enum.each(System.argv(), &Code.string_to_quoted!(File.read!(&1), file: &1))'

const rCheck = 'for (path in commandArgs(TRUE)) invisible(parse(path))'
const eachFile = (check: string): readonly string[] => ['sh', '-ec', `for path; do ${check} "$path"; done`, 'sh']

/** No awk only looks at a program: without any input it ends soon, and says so if it could not read it. */
const awkCheck = [
  ...['sh', '-ec'],
  'for path; do ! awk -f "$path" </dev/null 2>&1 >/dev/null | grep -i "syntax error" >&2; done',
  'sh',
]

const ocamlLibraries = ['-I', '+str', '-I', '+unix', 'unix.cmxa', 'str.cmxa']

/** All of them; of two that read the same files, the first is meant unless the other is named. */
export const languages: readonly Language[] = [
  native('c', 'C', ['c'], ['gcc', '-x', 'c', '-std=gnu17', '-O2', '-o', 'program', '…', '-lm'], '-D'),
  native(
    'cpp',
    'C++',
    ['cpp', 'cc', 'cxx', 'c++', 'C'],
    ['g++', '-x', 'c++', '-std=gnu++17', '-O2', '-o', 'program', '…'],
    '-D',
  ),
  {
    id: 'java',
    name: 'Java',
    extensions: ['java'],
    needs: ['javac', 'java', 'jar'],
    version: ['javac', '-version'],
    entry: javaMainClass,
    compile: ({ sources }) => [
      ...[
        'sh',
        '-ec',
        'javac -J-XX:TieredStopAtLevel=1 -encoding UTF-8 -d classes "$@"\njar cf program.jar -C classes .',
        'sh',
      ],
      ...sources,
    ],
    product: 'program.jar',
    run: (build) => jvm(build, '-cp', 'program.jar', build.entry),
    ownProcessCount: 32,
  },
  python('python3', 'Python 3', 'python3'),
  python('pypy3', 'Python 3 (PyPy)', 'pypy3'),
  {
    ...script('javascript', 'JavaScript', ['js', 'mjs', 'cjs'], ['node'], eachFile('node --check')),
    entryNames: ['main.js', 'main.mjs', 'index.js'],
    beside: moduleManifest,
    ownProcessCount: 16,
  },
  {
    ...script('typescript', 'TypeScript', ['ts', 'mts'], ['node', '--experimental-strip-types', '--no-warnings']),
    probe: ['node', '--experimental-strip-types', '--no-warnings', '-e', '0'],
    entryNames: ['main.ts', 'index.ts'],
    check: ({ sources }) => [...eachFile('node --experimental-strip-types --no-warnings --check'), ...sources],
    ownProcessCount: 16,
  },
  {
    ...native('go', 'Go', ['go'], ['go', 'build', '-o', 'program', '…']),
    version: ['go', 'version'],
    env: { GOCACHE: '/tmp/go-build', GOPATH: '/tmp/go', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' },
    ownProcessCount: 16,
  },
  {
    ...native('rust', 'Rust', ['rs'], ['rustc']),
    entryNames: ['main.rs'],
    compile: ({ entry }) => ['rustc', '--edition', '2021', '-C', 'opt-level=2', '-o', 'program', entry],
  },
  {
    ...native('kotlin', 'Kotlin', ['kt'], ['kotlinc']),
    needs: ['kotlinc', 'java'],
    version: ['kotlinc', '-version'],
    compile: ({ sources }) => ['kotlinc', '-nowarn', '-include-runtime', '-d', 'program.jar', ...sources],
    product: 'program.jar',
    run: (build) => jvm(build, '-jar', 'program.jar'),
    ownProcessCount: 32,
  },
  {
    ...native('csharp', 'C# (Mono)', ['cs'], ['mcs', '-optimize+', '-out:program.exe', '…'], '-d:'),
    needs: ['mcs', 'mono'],
    product: 'program.exe',
    run: () => ['mono', 'program.exe'],
    ownProcessCount: 8,
  },
  script('ruby', 'Ruby', ['rb'], ['ruby'], eachFile('ruby -c')),
  { ...script('php', 'PHP', ['php'], ['php'], eachFile('php -l')), entryNames: ['main.php', 'index.php'] },
  script('perl', 'Perl', ['pl'], ['perl'], eachFile('perl -c')),
  { ...script('lua', 'Lua', ['lua'], ['lua'], ['luac', '-p']), needs: ['lua', 'luac'], version: ['lua', '-v'] },
  {
    ...native('haskell', 'Haskell', ['hs', 'lhs'], ['ghc']),
    // Debian keeps the list of its packages in /var, which is not among what is shown of a host.
    probe: ['ghc-pkg', 'list', 'base'],
    lacks: 'list of GHC packages',
    entryNames: ['Main.hs', 'main.hs'],
    compile: ({ entry }) => ['ghc', '-O2', '-outputdir', '/tmp/ghc', '-o', 'program', entry],
  },
  {
    // With what belongs to the compiler, wherever its version keeps it.
    ...native('ocaml', 'OCaml', ['ml'], ['ocamlopt', ...ocamlLibraries, '-o', 'program', '…']),
    version: ['ocamlopt', '-version'],
  },
  {
    ...native('pascal', 'Pascal', ['pas', 'p'], ['fpc']),
    version: ['fpc', '-iV'],
    compile: ({ entry, defines }) => [
      ...['fpc', ...defined('-d', defines), '-O2', '-Sg', '-v0ew', '-FE.', '-oprogram', entry],
    ],
  },
  native('fortran', 'Fortran', ['f90', 'f95', 'f03', 'f'], ['gfortran', '-cpp', '-O2', '-o', 'program', '…'], '-D'),
  {
    ...native('ada', 'Ada', ['adb', 'ada'], ['gnatmake']),
    entryNames: ['main.adb'],
    compile: ({ entry }) => ['gnatmake', '-O2', '-o', 'program', entry],
  },
  script('r', 'R', ['R', 'r'], ['Rscript', '--vanilla'], ['Rscript', '--vanilla', '-e', rCheck]),
  script('bash', 'Bash', ['sh', 'bash'], ['bash'], eachFile('bash -n')),
  {
    ...script('awk', 'awk', ['awk'], ['awk'], awkCheck),
    version: ['awk', '-W', 'version'],
    run: ({ entry, defines }) => ['awk', ...defines.flatMap((name) => ['-v', `${name}=1`]), '-f', entry],
  },
  native('d', 'D', ['d'], ['gdc', '-O2', '-o', 'program', '…']),
  {
    ...native('nim', 'Nim', ['nim'], ['nim']),
    needs: ['nim', 'gcc'],
    compile: ({ entry, defines }) => [
      ...['nim', 'compile', ...defined('--define:', defines), '--hints:off', '--define:release'],
      ...['--nimcache:/tmp/nim', '--out:program', entry],
    ],
  },
  native('cobol', 'COBOL', ['cob', 'cbl'], ['cobc', '-x', '-o', 'program', '…']),
  {
    ...script('prolog', 'Prolog', ['plg', 'pro'], ['swipl']),
    check: ({ entry }) => ['swipl', '-q', '--on-error=status', '-g', 'halt', '-t', 'halt(1)', entry],
    run: ({ entry }) => ['swipl', '-q', '--on-error=halt', '-g', 'main', '-t', 'halt', entry],
    ownProcessCount: 4,
  },
  {
    ...script('lisp', 'Common Lisp', ['lisp', 'cl'], ['sbcl', '--script']),
    check: ({ sources }) => [...eachFile(lispCheck), ...sources],
    ownProcessCount: 4,
  },
  {
    ...script('scheme', 'Scheme (Guile)', ['scm'], ['guile', '--no-auto-compile', '-s'], ['guile', '-c', schemeCheck]),
    ownProcessCount: 8,
  },
  {
    ...script('tcl', 'Tcl', ['tcl'], ['tclsh'], tclCheck),
    version: ['sh', '-c', 'echo "puts [info patchlevel]" | tclsh'],
  },
  {
    ...script('elixir', 'Elixir', ['exs', 'ex'], ['elixir'], ['elixir', '-e', elixirCheck]),
    ownProcessCount: 64,
  },
]
