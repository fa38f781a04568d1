import { ociSubject } from './oci-bundle.ts'

export const runc = ociSubject({ name: 'runc', title: 'runc', install: 'apt-get install runc', everyRounds: 5 }, 'runc')
