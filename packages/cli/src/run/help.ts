/** What `mayfly run --help` says after the options. */
export const runHelp = `
Sizes are 4096, 64KiB, 256MiB, 1.5GiB; times are 500ms, 2s, 1.5m, 24h. Standard input, output and
error are passed on as they come. Where input and output are a terminal, the command gets one too.
When standard input is a terminal, the times are 24h and the output 1TiB unless given.

Exit status: the command's own; 128+n if signal n ended it; 124 after a time limit, 137 after
another limit (--json tells it from a SIGKILL); 125 if mayfly itself failed; 126 if the command
cannot be executed; 127 if it is not found.

Examples:
  mayfly run python3 -c 'print(6 * 7)'
  mayfly run --memory 256MiB --cpu-time 2s sort -u < names.txt
  mayfly run -ac -C 50 -I 20 -P 333 /bin/bash`
