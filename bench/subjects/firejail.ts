import { programSubject } from './process.ts'

/** Its own profiles are for desktop programs: none is used, and what it can do is asked for word by word. */
export const firejail = programSubject(
  {
    name: 'firejail',
    title: 'firejail',
    isolation:
      'mount, pid, ipc and network namespaces, its default filter, no capabilities, private /dev and /tmp; ' +
      'no ids of its own, no cgroup, no limits, no accounting',
    install: 'apt-get install firejail',
    everyRounds: 5,
  },
  'firejail',
  '--quiet --noprofile --net=none --private --private-dev --private-tmp --caps.drop=all --nonewprivs --seccomp --'.split(
    ' ',
  ),
)
