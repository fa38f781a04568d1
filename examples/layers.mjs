import { createSandbox } from '@mayfly/sandbox'

// A program compiled once, and run on each input in a fresh container of its own.
const source = `
#include <iostream>
int main() { long a, b; std::cin >> a >> b; std::cout << a + b << "\\n"; }
`
const inputs = ['1 2', '30 12', '-5 5']

const sandbox = await createSandbox()
try {
  const compiler = { argv: ['g++', '-O2', '-o', 'sum', 'sum.cpp'], files: { 'sum.cpp': source } }
  const compiled = await sandbox.run(compiler, {}, { freeze: true })
  if (compiled.status !== 'exited' || compiled.exitCode !== 0) throw new Error(String(compiled.stderr))
  const base = compiled.layer
  const results = await Promise.all(inputs.map((stdin) => sandbox.run({ argv: ['./sum'], stdin, base })))
  console.log(results.map(({ stdout }) => String(stdout).trim()).join(' '))
} finally {
  await sandbox.close()
}
