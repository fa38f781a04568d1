/* The second half of protocol.h: what the supervisor says of itself, and of a run. */
#ifndef MAYFLY_PROTOCOL_REPORT_H
#define MAYFLY_PROTOCOL_REPORT_H

#include <stdint.h>

struct ready {
	uint32_t version;
	uint32_t cgroup_version;      /* 1, 2, or 0 without cgroups */
	uint32_t missing;             /* enum feature bits: required ones were allowed to be missing */
	uint32_t reserved;
};

struct failure {
	uint32_t step;                /* enum step, steps.h */
	uint32_t error;               /* errno */
	/* what it was about (a path, a file name), UTF-8, to the end of the frame; may be empty */
};

enum ended_by {
	END_COMMAND = 0,              /* by itself */
	END_OUTPUT = 1,               /* killed: a stream passed output_bytes */
	END_MEMORY = 2,               /* killed: the kernel reported that memory ran out */
	END_CPU_TIME = 3,
	END_IDLE_TIME = 4,
	END_WALL_TIME = 5,
	END_KILLED = 6,               /* FRAME_KILL */
	END_LOST = 7,                 /* init died or did not answer: the numbers from inside are missing */
};

struct usage {
	double wall_time_ms;
	double cpu_time_ms;
	double user_time_ms;
	double system_time_ms;
	uint64_t memory_peak_bytes;
	uint64_t resident_peak_bytes;
	uint64_t process_peak_count;
	uint64_t read_bytes;
	uint64_t written_bytes;
	uint64_t voluntary_switch_count;
	uint64_t involuntary_switch_count;
	uint64_t minor_fault_count;
	uint64_t major_fault_count;
	double throttled_ms;
};

/* When each step of a run was done, CLOCK_MONOTONIC, which process.hrtime() reads too; 0: it never was. */
struct trace {
	uint64_t received_ns;         /* the request was read from Node */
	uint64_t handed_out_ns;       /* a container was there */
	uint64_t started_ns;          /* the stub had read the request, and was about to execute the command */
	uint64_t ended_ns;            /* init saw the command's end */
	uint64_t end_received_ns;     /* init's record of it was read */
	uint64_t counted_ns;          /* pipes and counters were read */
};

enum report_flags {
	REPORT_ENDED_FIRST = 1 << 0,  /* the command had ended before we killed what was left: wait_status is its own */
	REPORT_BY_HOST = 1 << 8,      /* ended_by is for a limit of the run whose container it ran in */
	REPORT_OLDER_PEAK = 1 << 1,   /* limits were renewed, and the kernel could not start the memory peak from zero */
};

/*
 * FRAME_REPORT: this, then violation_count struct violation, then stdout_bytes, stderr_bytes of the
 * streams.
 * Evidence only; packages/sandbox/src/container/outcome.ts is the one place that turns it into an outcome.
 */
struct report {
	uint32_t ended_by;            /* enum ended_by */
	uint32_t wait_status;         /* wait(2)'s, of the command */
	uint32_t flags;               /* enum report_flags */
	uint32_t failed_step;         /* enum step: where the start failed; 0 if the command was executed */
	uint32_t failed_error;        /* errno of it */
	uint32_t failed_index;        /* STEP_FILES: which file */
	struct usage usage;
	uint64_t oom_kill_count;      /* processes the kernel killed for memory */
	uint64_t process_max_count;   /* forks that pids.max refused */
	uint64_t stdout_total_bytes;  /* written by the command, as far as it was read */
	uint64_t stderr_total_bytes;
	uint64_t channel_total_bytes; /* of the channel that carried most */
	uint64_t disk_free_bytes;     /* of its private file system, at the end */
	uint64_t disk_free_inodes;
	double idle_time_ms;          /* END_IDLE_TIME: how long it had used no CPU */
	uint32_t stdout_bytes;        /* returned: at most output_bytes of the run's limits */
	uint32_t stderr_bytes;
	uint32_t violation_count;     /* struct violation, before the streams */
	uint32_t layer;               /* RUN_FREEZE: the number of the layer, Node's to close; 0: none */
	uint64_t refusal_count;       /* calls noted in all, those of kinds beyond violation_max included */
	uint32_t pool_ready;          /* the pool, as it was when this was sent */
	uint32_t pool_busy;
	uint32_t pool_making;
	uint32_t pool_destroying;
	uint64_t cold_start_count;    /* runs that waited for a container, since the start */
	double host_measured;         /* REPORT_BY_HOST: what the host had used, in the unit of its limit */
	struct trace trace;
};

#endif
