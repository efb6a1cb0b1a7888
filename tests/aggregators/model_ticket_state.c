/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Save, load, go on = the same outbox (ARCHITECTURE rule 1): for many streams, at any event, the
 * batches of the run that was interrupted are the same bytes as those of the run that was not;
 * nothing is sorted.
 */
#include "tests/support/random.h"
#include "tests/support/random_events.h"
#include "tests/support/scene.h"
#include "tests/support/ticket_run.h"

#include <criterion/criterion.h>

enum { SEEDS = 200 };

/* Small limits in some, so that forgetting, eviction and a full hold happen too. */
static struct settings
settings_of(uint64_t seed)
{
    static const dur_ms retains[] = {ALWAYS_MS, 20 * MINUTE_MS, 3 * (dur_ms)HOUR_MS, DAY_MS};
    static const dur_ms horizons[] = {0, 10 * MINUTE_MS, HOUR_MS};
    struct settings settings = scene_settings();

    settings.retain_solved_ms = retains[seed % 4];
    settings.duplicates_within_ms = horizons[seed % 3];
    if (seed % 5 == 1)
        settings.held_events_max = 20;
    if (seed % 7 == 2)
        settings.tickets_max = 12;
    return settings;
}

static void
fill(struct event_log *log, uint64_t seed)
{
    struct random_events options = {.seed = seed,
                                    .events = 300 + (unsigned)(seed % 7) * 100,
                                    .tickets = 5 + (unsigned)(seed % 11) * 4,
                                    .tenants = 1 + (unsigned)(seed % 3),
                                    .start = SCENE_START,
                                    .step_ms = seed % 2 == 0 ? 20000 : 120000,
                                    .disorder_ms = 5 * MINUTE_MS,
                                    .late_permille = 150,
                                    .late_ms = 3 * HOUR_MS,
                                    .duplicate_permille = 100};

    event_log_init(log);
    random_events_fill(&options, log);
}

static void
run_seed(uint64_t seed, unsigned moves)
{
    struct settings settings = settings_of(seed);
    struct event_log log;
    struct ticket_run whole;
    struct ticket_run cut;
    uint64_t draw = seed * 977;

    fill(&log, seed);
    ticket_run_init(&whole, &settings, &log);
    ticket_run_init(&cut, &settings, &log);
    whole.flush_every = cut.flush_every = 1 + (unsigned)(seed % 50);
    whole.flush_seed = cut.flush_seed = seed;
    ticket_run_finish(&whole);
    for (unsigned i = 0; i < moves; i++) {
        ticket_run_feed(&cut, cut.next + random_next(&draw) % (log.n - cut.next + 1));
        ticket_run_move(&cut, draw);
    }
    ticket_run_finish(&cut);
    cr_assert(str_equal(strbuf_str(&whole.batches), strbuf_str(&cut.batches)), "seed %llu",
              (unsigned long long)seed);
    cr_assert(whole.n_rows > 20);
    ticket_run_fini(&whole);
    ticket_run_fini(&cut);
    event_log_fini(&log);
}

Test(ticket_state, an_interrupted_run_hands_over_the_same_bytes)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(seed, 1 + (unsigned)(seed % 3));
}

Test(ticket_state, at_every_event_of_a_stream)
{
    for (uint64_t seed = SEEDS + 1; seed <= SEEDS + 3; seed++)
        run_seed(seed, 60);
}

Test(ticket_state, the_state_of_an_empty_engine_is_a_state)
{
    struct settings settings = scene_settings();
    struct event_log log;
    struct ticket_run run;

    event_log_init(&log);
    ticket_run_init(&run, &settings, &log);
    ticket_run_move(&run, 1);
    ticket_run_finish(&run);
    cr_expect_eq(run.n_rows, 0u);
    ticket_run_fini(&run);
    event_log_fini(&log);
}

/* The parts of a key are told apart: "a/b" + "c" is not "a" + "b/c". */
Test(ticket_state, every_ticket_has_a_key_of_its_own)
{
    static const char *const names[][2] = {{"", "a/b/c"}, {"a", "b/c"},  {"a/b", "c"},
                                           {"a\\", "/b"}, {"a", "\\/b"}, {"a\\/", "b"},
                                           {"", "/"},     {"/", ""}};
    struct settings settings = scene_settings();
    struct event_log log;
    struct ticket_run run;

    event_log_init(&log);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct ticket_event event =
            event_created(names[i][1][0] != '\0' ? names[i][1] : "x", minute(0));
        char id[2] = {(char)('a' + i), 0};

        event.tenant = str_from(names[i][0]);
        event.event_id = str_from(id);
        event_log_add(&log, &event, 0, minute(0));
    }
    ticket_run_init(&run, &settings, &log);
    ticket_run_feed(&run, log.n);
    ticket_engine_advance(run.engine, minute(10));
    cr_assert_eq(ticket_engine_tickets(run.engine), sizeof(names) / sizeof(names[0]));
    ticket_run_move(&run, 1); /* checks the keys */
    ticket_run_fini(&run);
    event_log_fini(&log);
}

Test(ticket_state, what_cannot_be_read_is_an_error_with_the_key)
{
    struct settings settings = scene_settings();
    struct ticket_engine *engine = ticket_engine_new(&settings, STR("topic"), 0);
    struct error error;

    cr_expect_eq(ticket_engine_load(engine, STR("nothing/1"), STR(""), &error), ERR_SCHEMA);
    cr_expect_not_null(strstr(error.text, "nothing/1"));
    cr_expect_eq(ticket_engine_load(engine, STR("ticket//T"), STR("\x02"), &error), ERR_SCHEMA);
    cr_expect_not_null(strstr(error.text, "ticket//T"));
    ticket_engine_free(&engine);
}
