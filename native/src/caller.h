/* Who made a call that a container's filter handed on, where a policy has such callers killed. */
#ifndef MAYFLY_CALLER_H
#define MAYFLY_CALLER_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether SIGSYS would end the process: not blocked, ignored or handled, by the text of its /proc/PID/status. */
bool is_fatal_sigsys(const char *status);
/*
 * Signals the thread's process while its call still waits. A descriptor for caller_bury() where others of its process
 * may save it from SIGSYS; -1 where nobody can.
 */
int caller_kill(pid_t thread);
/* The call was answered: the process dies, or is killed after all. */
void caller_bury(int process);

#endif
