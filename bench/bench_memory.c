/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ticket costs beside its id, at 10^6 open tickets: just created, and created, assigned and
 * answered. Counted by the engine's own account, less ids, after everything that is not a ticket
 * has left (duplicates are off, the hold is drained, rows are flushed); beside it the same from the
 * heap's account, ids included, so that nothing hides.
 */
#include "base/check.h"

#include "bench/pipeline.h"

#include <malloc.h>
#include <stdio.h>

enum { TICKETS = 1000000, STEP = 50000 };

struct account {
    size_t engine; /* less ids */
    size_t ids;
    size_t heap;
};

static struct account
account_of(const struct pipeline *p)
{
    struct mallinfo2 heap = mallinfo2();
    struct account ret;

    ret.engine = ticket_engine_bytes(p->tickets, &ret.ids);
    ret.engine -= ret.ids;
    ret.heap = heap.uordblks + heap.hblkhd;
    return ret;
}

static void
drop(void *context, const struct partial_batch *batch)
{
    (void)context;
    (void)batch;
}

static void
feed_step(struct pipeline *p, struct workload *w, enum workload_step step)
{
    struct records records = {0};

    for (uint32_t first = 0; first < TICKETS; first += STEP) {
        workload_step(w, step, first, STEP, &records);
        pipeline_feed(p, &records);
    }
    records_fini(&records);
    ticket_engine_advance(p->tickets, ticket_engine_watermark(p->tickets) + 1);
    ticket_engine_flush(p->tickets, drop, NULL);
    pipeline_check(p);
    CHECK(ticket_engine_tickets(p->tickets) == TICKETS);
}

static void
print(const char *state, struct account before, struct account after, double must, double goal)
{
    double bytes = (double)(after.engine - before.engine) / TICKETS;

    printf("bytes per ticket, %-32s %6.1f   must %.0f%s   goal %.0f%s   [ids %.1f, heap with ids "
           "%.1f]\n",
           state, bytes, must, bytes <= must ? "" : "  MISSED", goal,
           bytes <= goal ? "" : "  missed", (double)(after.ids - before.ids) / TICKETS,
           ((double)after.heap - (double)before.heap) / TICKETS);
}

int
main(void)
{
    struct workload_options options = {.seed = 7,
                                       .tickets = TICKETS,
                                       .accounts = 10,
                                       .start = INT64_C(1767225600000),
                                       .events_per_second = 1000};
    struct settings settings;
    struct pipeline p;
    struct workload *w = workload_new(&options);
    struct account empty;
    uint8_t dimensions[2];

    pipeline_settings(&settings);
    settings.duplicates_within_ms = 0;
    settings.max_out_of_orderness_ms = 0;
    dimensions[0] = pipeline_add_dimension(&settings, DIMENSION_TEAM, STR(""));
    dimensions[1] = pipeline_add_dimension(&settings, DIMENSION_PRIORITY, STR(""));
    pipeline_add_segmentation(&settings, STR("by_team_priority"), 2, dimensions);
    pipeline_add_window(&settings, STR("1h"), HOUR_MS, DAY_MS);
    pipeline_init(&p, &settings, false);
    empty = account_of(&p);
    feed_step(&p, w, WORKLOAD_CREATE);
    print("just created", empty, account_of(&p), 100, 80);
    feed_step(&p, w, WORKLOAD_ASSIGN);
    feed_step(&p, w, WORKLOAD_ANSWER);
    print("created, assigned, answered", empty, account_of(&p), 150, 110);
    pipeline_fini(&p);
    workload_free(&w);
    return 0;
}
