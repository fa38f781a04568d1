#ifndef MAYFLY_STUB_H
#define MAYFLY_STUB_H

#include "launch.h"

/*
 * The process that becomes the command: forked from init ahead of time, it joins its cgroup, gives up all rights, and
 * waits for the request. It reads that request itself, with the command's rights and no others.
 */
_Noreturn void stub_main(const struct launch *launch);

#endif
