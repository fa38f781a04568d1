/*
 * The supervisor's state, and who does what with it. One thread, one epoll loop; nothing here waits for anything but
 * the loop. Every function that can fail returns 0 or -errno.
 *
 *   main.c        the theory of operation; from the first frame to the last container
 *   start.c       what is done once, before the loop
 *   configuration.c  the first frame
 *   loop.c        epoll: events to the functions below
 *   node.c        frames from and to Node
 *   pool.c        which container is handed to which run
 *   chores.c      how many are made ahead, and when they are made and removed
 *   container.c   the life of one container
 *   maker.c       the process that makes and removes them; maker_orders.c, making.c: what that does
 *   channels.c    their sockets and pipes
 *   guests.c      runs in a container that is kept open: each has an init, a cgroup and a place of its own in it
 *   run.c         the life of one run: from hand-out to the start of the command, and its end before its time
 *   ending.c      from the command's end to the report
 *   pair.c        two runs that are connected, and what stands between them
 *   streams.c     its standard input and output, and its channels
 *   running.c     what Node asks of it while it runs
 *   deadlines.c   its times
 *   collecting.c  what comes out of it at the end
 *   counting.c    what it used
 *   report.c      its report
 *   layers.c      what runs left, for others to stand on
 *   store.c       what is stored for many runs; placing.c: what one run is shown of it
 */
#ifndef MAYFLY_SUPERVISOR_H
#define MAYFLY_SUPERVISOR_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buffer.h"
#include "cgroup.h"
#include "deadlines.h"
#include "host_mounts.h"
#include "identity.h"
#include "image.h"
#include "inside.h"
#include "protocol.h"
#include "run.h"
#include "steps.h"
#include "store.h"
#include "streams.h"

enum {
	CONTAINERS_MAX = 512,   /* living at once, those being removed included */
	PATIENCE_MS = 10000,    /* with an init that is to answer, or the descriptors of others */
	PENDING_MAX = RUNS_MAX, /* runs that wait for a container */
};

enum container_state {
	CONTAINER_FREE = 0,     /* the slot is unused */
	CONTAINER_MAKING,
	CONTAINER_READY,        /* never used; waits for a run */
	CONTAINER_RESIZING,     /* handed out; its disk is being given the run's limits and layer */
	CONTAINER_PLACING,      /* the stub writes the run's files */
	CONTAINER_RUNNING,
	CONTAINER_ENDING,       /* told to kill what runs */
	CONTAINER_COLLECTING,   /* everybody is dead; files come out */
	CONTAINER_FREEZING,     /* the home is handed over */
	CONTAINER_SPENT,        /* its run was reported; waits for its removal */
	CONTAINER_REMOVING,     /* init was killed; waits for its end, then for the cgroup's */
};

struct pending {
	uint32_t run;
	uint64_t stdin_first_bytes;
	uint64_t received_ns;
	struct buffer request;          /* the payload of FRAME_RUN */
};

/* Those from CONTAINERS_MAX on are guests: what they have of their own stands in another one, their host. */
struct container {
	enum container_state state;
	uint32_t slot;
	uint32_t generation;            /* of the slot: tells late events of a former container apart */
	pid_t init;
	int pidfd;                      /* init's */
	int init_socket;
	int stub_socket;
	int streams[STREAMS_MAX];       /* our ends, by enum stream: stdin to write, stdout and stderr to read, channels for both */
	uint32_t watched[STREAMS_MAX];  /* the events that the loop looks for */
	struct cgroup cgroup;
	bool has_cgroup;
	bool at_maker;                  /* the maker has an order that it has not answered */
	bool late;                      /* its home can be given a layer: struct launch */
	struct shared *shared;
	uint64_t retry_ns;              /* when to try again to remove the cgroup */
	struct run run;
	struct run_buffers *buffers;    /* from hand-out to report; NULL else */
	struct container *host;         /* of a guest, while that one lives; NULL else */
	struct pending waiting;         /* of a guest that is being made: its run */
	bool greeted;                   /* a guest's init has said which process it is */
};

struct supervisor {
	int epoll;
	int timer;
	int signals;
	int node;                       /* the socket */
	int maker;                      /* the socket of the process that makes containers */
	pid_t maker_pid;                /* 0: there is none */
	uint32_t maker_orders;          /* that it has not answered */
	int runtime_parent;             /* the directory that the runtime directory stands in */
	char runtime_name[256];
	struct identity identity;
	bool closing;                   /* Node is gone, or we were told to end */
	bool announced;                 /* FRAME_READY was sent */
	bool making_fails;              /* the last container could not be made: none is made ahead until a run asks */
	uint64_t cold_start_count;
	uint32_t lacking;               /* enum feature bits, as the first stub found */
	uint32_t slots_used;            /* no slot from here on was ever used, up to those of guests, ... */
	uint32_t guests_used;           /* ... and of those */
	uint32_t online_cpus;
	uint32_t wanted;                /* ready containers, by the demand seen; never more than warm_max */
	uint32_t peak;                  /* of the demand in this period */
	uint64_t period_end_ns;         /* 0: no demand is remembered */
	uint64_t waited_ns;             /* the last run came that found no container ready; 0: none did */
	uint64_t chores_since_ns;       /* when the oldest of them arose; 0: there is none */
	uint64_t reported_ns;           /* the last report was sent */
	uint64_t received_ns;           /* when Node's last bytes were read */
	uint64_t give_up_ns;            /* closing: when to end in any case */
	uint64_t timer_ns;              /* what the timer is set to; 0: off */
	struct configure config;
	struct sock_fprog filter;
	struct sock_fprog plain_filter;
	const struct notify_rule *rules;        /* config.notify_count */
	struct own_parts own_parts;             /* of the image */
	struct host_mounts mounts;
	struct cgroup_base cgroups;
	struct buffer from_node;
	struct buffer to_node;
	struct container *containers;   /* CONTAINERS_MAX, and GUESTS_MAX */
	struct run_buffers *buffers;    /* RUNS_MAX */
	struct layer *layers;           /* LAYERS_MAX */
	struct store store;
	int own_namespace;              /* our own mount namespace, once there was another; -1 */
	uint32_t last_layer;            /* the number given last */
	struct pending *pending;        /* PENDING_MAX, a ring */
	uint32_t pending_first;
	uint32_t pending_count;
	uint32_t state_counts[CONTAINER_REMOVING + 1];
};

/* Those that were ever used, guests included, by a number below containers_used. */
static inline uint32_t containers_used(const struct supervisor *s)
{
	return s->slots_used + s->guests_used;
}

static inline struct container *container_at(const struct supervisor *s, uint32_t index)
{
	return &s->containers[index < s->slots_used ? index : CONTAINERS_MAX + index - s->slots_used];
}

static inline bool is_guest(const struct container *c)
{
	return c->slot >= CONTAINERS_MAX;
}

/* What an epoll event is about; in its data with the container's slot and generation. */
enum event_source {
	EVENT_NODE,
	EVENT_MAKER,
	EVENT_TIMER,
	EVENT_SIGNAL,
	EVENT_INIT,
	EVENT_STUB,
	EVENT_PIDFD,
	EVENT_MEMORY,
	EVENT_STREAM,           /* and from here on one for each stream */
};

/* start.c */
/* Reads the configuration from `node` and sets everything up; on failure Node has been told. */
int start_up(struct supervisor *s, int node);
void clean_up(struct supervisor *s);

/* loop.c */
int loop_add(struct supervisor *s, int fd, uint32_t events, uint32_t source, const struct container *c);
int loop_change(struct supervisor *s, int fd, uint32_t events, uint32_t source, const struct container *c);
void loop_remove(struct supervisor *s, int fd);
/* Takes a descriptor out of the loop and closes it: in that order, since a child may still hold a copy. */
void loop_close(struct supervisor *s, int *fd);
int loop_run(struct supervisor *s);
void loop_close_down(struct supervisor *s);

/* node.c */
int node_receive(struct supervisor *s);
int node_flush(struct supervisor *s);
/* Queues header and parts as one frame, and sends what the socket takes. */
struct part {
	const void *bytes;
	size_t count;
};
int node_send(struct supervisor *s, enum frame_type type, uint32_t run, const struct part *parts, size_t part_count);
/* FRAME_BYTES or FRAME_TAKEN. */
int node_send_stream(struct supervisor *s, enum frame_type type, uint32_t run, uint32_t stream, const void *bytes,
                     size_t count);
int node_send_failure(struct supervisor *s, uint32_t run, enum step step, int error, const char *about);

/* pool.c */
void pool_set_state(struct supervisor *s, struct container *c, enum container_state state);
int pool_submit(struct supervisor *s, uint32_t run, const uint8_t *request, size_t bytes);
struct container *pool_find(struct supervisor *s, uint32_t run);
struct pending *pool_find_pending(struct supervisor *s, uint32_t run);
int pool_cancel_pending(struct supervisor *s, struct pending *pending);
int pool_make_one(struct supervisor *s);
int pool_container_ready(struct supervisor *s, struct container *c);
/* From now on ready containers can be given a layer: those that cannot are replaced. */
void pool_renew_ready(struct supervisor *s);
int pool_container_failed(struct supervisor *s, struct container *c, enum step step, int error);

/* container.c */
/* An empty one, from now on MAKING. */
void container_begin(struct supervisor *s, struct container *c);
/* Has the loop tell of what is open of it. */
int container_watch(struct supervisor *s, struct container *c);
/* Its run was reported: nothing of it is needed any more. */
void container_spend(struct supervisor *s, struct container *c);
/* Kills its init, and lets go of all but what is needed to see the end of it. */
void container_remove(struct supervisor *s, struct container *c);
/* Init is dead: removes the cgroup, or sets a time to try again. */
void container_reap(struct supervisor *s, struct container *c);
void container_retry(struct supervisor *s, struct container *c);
/* The maker has removed its cgroup, or could not yet: -EBUSY. */
void container_removed(struct supervisor *s, struct container *c, int error);
int container_order(const struct container *c, enum init_order order, uint64_t first, uint64_t second);

/* run.c */
int run_hand_out(struct supervisor *s, struct container *c, uint32_t run, const uint8_t *request, uint64_t received_ns,
                 uint64_t stdin_first_bytes);
/* The command's ends of its channels are not ours to keep. */
void run_close_channels(struct container *c);
/* Ends it before its time; the report follows. */
void run_kill(struct supervisor *s, struct container *c, enum ended_by reason);
/* It is ENDING: tells init, once no guest is left. */
void run_order_end(struct supervisor *s, struct container *c);
int run_stub_event(struct supervisor *s, struct container *c, uint32_t events);
void run_memory_event(struct supervisor *s, struct container *c);
/* Whether its command waits for the word to go on once it has everything. */
bool run_waits(const struct container *c);
/* The disk has its limits: a terminal may still be to come. */
int run_prepared(struct supervisor *s, struct container *c);
/* The container has all that the run asks for: the stub gets the request. */
int run_start(struct supervisor *s, struct container *c);
/* The command may start, and its clocks do. */
int run_go(struct supervisor *s, struct container *c);
/* Its files are in place, or one more blob is. */
int run_placed(struct supervisor *s, struct container *c);
/* Init must answer soon, or is given up. */
void run_expect_answer(struct supervisor *s, struct container *c);

/* ending.c */
int run_init_event(struct supervisor *s, struct container *c);
/* Init does not answer as it must: it is killed. */
int run_give_up(struct supervisor *s, struct container *c);
/* Init is dead, and had not reported the end of the run. */
int run_lost(struct supervisor *s, struct container *c);

/* running.c */
/* FRAME_SIGNAL, FRAME_RESIZE, FRAME_USAGE, FRAME_RENEW, FRAME_CLOSE. */
int running_handle(struct supervisor *s, const struct frame_header *header, const uint8_t *payload);

/* report.c */
int report_send(struct supervisor *s, struct container *c);
/* FRAME_USED: what a run has used so far. */
int report_usage(struct supervisor *s, const struct container *c);
/* `reason` is END_KILLED, or a limit of the host's, of which it used so much. */
int report_send_never_started(struct supervisor *s, uint32_t run, enum ended_by reason, double host_measured);

#endif
