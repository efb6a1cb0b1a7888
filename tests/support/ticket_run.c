/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/ticket_run.h"

#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "tests/support/random.h"

#include <stdlib.h>

enum { RUBBISH = 0xA5 };

struct state_record {
    struct str key;
    struct str body;
};

struct state {
    struct arena arena;
    struct state_record *v;
    size_t n;
    size_t cap;
};

void
ticket_run_init(struct ticket_run *run, const struct settings *settings,
                const struct event_log *log)
{
    *run = (struct ticket_run){.settings = settings, .log = log};
    run->engine = ticket_engine_new(settings, STR("topic"), 3);
}

void
ticket_run_fini(struct ticket_run *run)
{
    ticket_engine_free(&run->engine);
    arena_fini(&run->arena);
    strbuf_fini(&run->batches);
    strbuf_fini(&run->row);
    mem_free(run->rows);
}

static void
take_row(struct ticket_run *run, const struct partial_batch *batch, size_t i)
{
    struct partial_row row = batch->rows.v[i];
    struct partial_batch alone = {.profiles = {.v = &batch->profiles.v[row.profile], .n = 1},
                                  .rows = {.v = &row, .n = 1}};

    row.profile = 0;
    strbuf_clear(&run->row);
    avro_encode(&partial_batch_desc, &alone, &run->row);
    run->rows = mem_grow(run->rows, run->n_rows, &run->cap_rows, sizeof(*run->rows));
    run->rows[run->n_rows++] = arena_copy(&run->arena, strbuf_str(&run->row));
}

static void
take_batch(void *context, const struct partial_batch *batch)
{
    struct ticket_run *run = context;

    avro_encode(&partial_batch_desc, batch, &run->batches);
    for (size_t i = 0; i < batch->rows.n; i++)
        take_row(run, batch, i);
}

/* Event i decoded into memory full of rubbish; its record is borrowed from the log. */
static struct record
decode(const struct ticket_run *run, size_t i, struct arena *arena, struct ticket_event *ret)
{
    struct record record = event_log_record(run->log, i);

    memset(ret, RUBBISH, sizeof(*ret));
    CHECK(plan_decode(record.plan, record.bytes, arena, ret, NULL) == DECODE_OK);
    return record;
}

void
ticket_run_feed(struct ticket_run *run, size_t end)
{
    struct arena arena = {0};
    struct ticket_event *event = mem_new(1, sizeof(*event));
    uint32_t closed;

    for (; run->next < end; run->next++) {
        struct record record = decode(run, run->next, &arena, event);

        run->verdicts[ticket_engine_submit(run->engine, event, record.bytes, record.plan,
                                           record.position, &closed)]++;
        arena_reset(&arena);
        if (run->flush_every > 0 && random_next(&run->flush_seed) % run->flush_every == 0)
            ticket_engine_flush(run->engine, take_batch, run);
    }
    mem_free(event);
    arena_fini(&arena);
}

static int
compare_texts(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void
ticket_run_finish(struct ticket_run *run)
{
    ticket_run_feed(run, run->log->n);
    ticket_engine_advance(run->engine, EVTIME_MAX - 1);
    ticket_engine_finish(run->engine, take_batch, run);
    if (run->n_rows > 0)
        qsort(run->rows, run->n_rows, sizeof(*run->rows), compare_texts);
}

bool
ticket_run_same_rows(const struct ticket_run *a, const struct ticket_run *b)
{
    bool same = a->n_rows == b->n_rows;

    for (size_t i = 0; same && i < a->n_rows; i++)
        same = str_equal(a->rows[i], b->rows[i]);
    return same;
}

static void
take_state(void *context, struct str key, struct str body)
{
    struct state *state = context;

    state->v = mem_grow(state->v, state->n, &state->cap, sizeof(*state->v));
    state->v[state->n++] = (struct state_record){.key = arena_copy(&state->arena, key),
                                                 .body = arena_copy(&state->arena, body)};
}

static int
compare_keys(const void *a, const void *b)
{
    return str_compare(((const struct state_record *)a)->key,
                       ((const struct state_record *)b)->key);
}

/* The records of the engine by key; no two have the same. */
static struct state
save(struct ticket_engine *engine)
{
    struct state state = {0};

    ticket_engine_save(engine, take_state, &state);
    qsort(state.v, state.n, sizeof(*state.v), compare_keys);
    for (size_t i = 1; i < state.n; i++)
        CHECK(!str_equal(state.v[i - 1].key, state.v[i].key));
    return state;
}

static void
state_fini(struct state *state)
{
    arena_fini(&state->arena);
    mem_free(state->v);
}

static void
shuffle(struct state *state, uint64_t seed)
{
    for (size_t i = state->n; i > 1; i--) {
        size_t k = random_next(&seed) % i;
        struct state_record record = state->v[k];

        state->v[k] = state->v[i - 1];
        state->v[i - 1] = record;
    }
}

static void
restore_held(struct ticket_run *run, struct ticket_engine *engine, uint64_t from)
{
    struct arena arena = {0};
    struct ticket_event *event = mem_new(1, sizeof(*event));

    for (size_t i = 0; i < run->next; i++) {
        struct record record = decode(run, i, &arena, event);

        if (record.position >= from)
            ticket_engine_restore(engine, event, record.bytes, record.plan, record.position);
        arena_reset(&arena);
    }
    mem_free(event);
    arena_fini(&arena);
}

void
ticket_run_move(struct ticket_run *run, uint64_t seed)
{
    struct state state = save(run->engine);
    struct state again;
    struct ticket_engine *engine = ticket_engine_new(run->settings, STR("topic"), 3);
    uint64_t oldest = ticket_engine_oldest_held(run->engine);
    struct error error;

    shuffle(&state, seed);
    for (size_t i = 0; i < state.n; i++)
        CHECK(ticket_engine_load(engine, state.v[i].key, state.v[i].body, &error) == ERR_NONE);
    qsort(state.v, state.n, sizeof(*state.v), compare_keys);
    restore_held(run, engine, oldest);
    CHECK(ticket_engine_watermark(engine) == ticket_engine_watermark(run->engine));
    CHECK(ticket_engine_tickets(engine) == ticket_engine_tickets(run->engine));
    again = save(engine);
    CHECK(again.n == state.n);
    for (size_t i = 0; i < state.n; i++) {
        CHECK(str_equal(again.v[i].key, state.v[i].key));
        CHECK(str_equal(again.v[i].body, state.v[i].body));
    }
    state_fini(&state);
    state_fini(&again);
    ticket_engine_free(&run->engine);
    run->engine = engine;
}
