/* What a container's run is, and what passes through it. Part of supervisor.h. */
#ifndef MAYFLY_RUN_H
#define MAYFLY_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "cgroup.h"
#include "inside.h"
#include "protocol.h"

enum { STREAMS_MAX = STREAM_CHANNEL + CHANNELS_MAX };

/* The run of a container; zeroed at hand-out. */
struct run {
	uint32_t id;                    /* Node's; 0: none */
	uint32_t flags;                 /* enum run_flags */
	enum ended_by ended_by;
	struct limits limits;
	uint64_t received_ns;
	uint64_t handed_out_ns;
	uint64_t end_received_ns;
	uint64_t started_ns;            /* the command's clock starts here: hand-out, or the end of placing */
	uint64_t check_cpu_ns;          /* when to look at its CPU time next */
	uint64_t check_idle_ns;
	uint64_t active_ns;             /* when it last used CPU, as far as seen */
	uint64_t active_cpu_ns;         /* what it had used then */
	uint64_t give_up_ns;            /* when init must have answered; 0: nothing is awaited */
	uint64_t total[STREAMS_MAX];    /* that the command wrote to each stream */
	uint32_t window[STREAMS_MAX];   /* of what is passed on: so much may still go to Node */
	bool input_ended[STREAMS_MAX];  /* no more frames will come */
	bool output_ended[STREAMS_MAX];
	uint64_t stdin_first_bytes;     /* of standard input that came with the request: not acknowledged */
	struct terminal_size terminal;
	bool terminal_comes;            /* the next packet of init's brings it */
	uint32_t channel_count;
	int channels_far[CHANNELS_MAX + 1]; /* the command's ends, until it has them; valid up to channel_count, ... */
	bool has_input;                 /* ... and behind them, the file that it reads */
	uint32_t pair;                  /* as in the request; 0: none */
	uint32_t part;                  /* enum pair_part */
	bool placed;                    /* of a pair: waits for the others */
	bool renewed;                   /* its limits were replaced while it ran */
	bool by_host;                   /* a guest: ended for a limit of its host, ... */
	double host_measured;           /* ... of which so much was used, in the limit's unit */
	struct cgroup_counters sampled; /* where there is no cgroup */
	struct init_record end;         /* INIT_ENDED */
	uint32_t violations_left;       /* still to come after it */
	struct stub_record failed;      /* STUB_FAILED */
	uint32_t collect_bytes;         /* of the piece that comes */
	uint32_t collect_window;        /* so much may still go to Node */
	bool collect_waits;             /* for Node: init is not read meanwhile */
	uint64_t collect_room;          /* bytes that may come in all */
	uint32_t remember_count_max;    /* entries of the home, where its changes are to be told */
	bool remembered;                /* they are known */
	uint32_t answers_left;          /* before the stub gets the request */
	uint64_t request_left;          /* bytes before those of STREAM_FILES */
	uint64_t files_window;          /* so many of those may still come */
	uint32_t layer;                 /* which its home stands on; 0: none */
	uint32_t frozen;                /* what it left */
};

/* What passes through during a run. As many sets as runs at once, used again and again, whichever container. */
struct run_buffers {
	bool in_use;
	struct buffer request;          /* of the exec section, what the socket did not take yet */
	struct buffer collect;          /* the collect section */
	struct buffer blobs;            /* the blobs section, as far as it is not shown yet */
	struct buffer input[STREAMS_MAX];
	struct buffer output[2];
	struct buffer passing;          /* what was read and goes on at once */
	struct buffer violations;       /* struct violation */
};

#endif
