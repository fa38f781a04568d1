import { ociSubject } from './oci-bundle.ts'

export const crun = ociSubject({ name: 'crun', title: 'crun', install: 'apt-get install crun', everyRounds: 1 }, 'crun')
