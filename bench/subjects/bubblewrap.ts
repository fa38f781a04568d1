import { programSubject } from './process.ts'

const options = `
  --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv
  --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64
  --proc /proc --dev /dev --tmpfs /tmp --tmpfs /work --chdir /work`
  .trim()
  .split(/\s+/)

/** With the namespaces and mounts that Mayfly makes. */
export const bubblewrap = programSubject(
  {
    name: 'bubblewrap',
    title: 'bubblewrap',
    isolation: 'all namespaces, private mounts, no capabilities; no filter, no cgroup, no limits, no accounting',
    install: 'apt-get install bubblewrap',
    everyRounds: 1,
  },
  'bwrap',
  options,
)
