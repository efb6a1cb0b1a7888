/* SPDX-License-Identifier: Apache-2.0 */
/* What the generator is made of: hours, delays, the queue of what is due, the way into files. */
#include "stage/generator_life.h"
#include "stage/generator_output.h"
#include "stage/generator_queue.h"
#include "stage/generator_week.h"
#include "tests/support/temp.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define MONDAY INT64_C(1767571200000) /* 2026-01-05T00:00:00Z */

enum { STEPS = 5000, EVENTS = 400 };

/* Walks in steps of a minute; right for what is a whole number of minutes. */
static evtime_ms
naive_hours_add(const struct hours *h, evtime_ms t, dur_ms d)
{
    for (;;) {
        if (hours_hold(h, t)) {
            if (d == 0)
                return t;
            d -= MINUTE_MS;
        }
        t += MINUTE_MS;
    }
}

Test(generator_parts, time_goes_by_in_hours_only)
{
    static const struct hours some[] = {{8 * HOUR_MS, 18 * HOUR_MS, 5},
                                        {7 * HOUR_MS, 23 * HOUR_MS, 7},
                                        {0, DAY_MS, 7},
                                        {9 * HOUR_MS + 30 * MINUTE_MS, 10 * HOUR_MS, 1}};
    chance c = 3;

    for (int i = 0; i < 400; i++) {
        const struct hours *h = &some[i % 4];
        evtime_ms t = MONDAY + (dur_ms)chance_below(&c, 20 * 1440) * MINUTE_MS;
        dur_ms d = (dur_ms)chance_below(&c, 1500) * MINUTE_MS;

        if (i % 10 == 0)
            d = 0;
        cr_assert_eq(hours_add(h, t, d), naive_hours_add(h, t, d), "hours %d, %lld + %lld", i % 4,
                     (long long)t, (long long)d);
    }
    cr_assert_eq(hours_add(&some[0], MONDAY + 18 * HOUR_MS - 1, 0), MONDAY + 18 * HOUR_MS - 1);
    cr_assert_eq(hours_add(&some[0], MONDAY + 18 * HOUR_MS - 1, 1), MONDAY + 32 * HOUR_MS);
    cr_assert_eq(hours_add(&hours_always, 12345, 678), 13023);
}

Test(generator_parts, gaps_and_delays_have_their_shape)
{
    enum { N = 40000 };
    chance c = 11;
    double sum = 0;
    int long_gaps = 0;
    int below = 0;
    int near = 0;

    for (int i = 0; i < N; i++) {
        double gap = chance_gap(&c);
        dur_ms d = chance_delay(&c, HOUR_MS, 100);

        cr_assert_geq(gap, 0);
        sum += gap;
        long_gaps += gap > 3;
        below += d < HOUR_MS;
        near += d > HOUR_MS / 2 && d < 2 * HOUR_MS;
        cr_assert(d > HOUR_MS / 12 && d < 12 * HOUR_MS);
    }
    cr_assert(sum > 0.98 * N && sum < 1.02 * N, "mean %f", sum / N);
    cr_assert(long_gaps > 0.045 * N && long_gaps < 0.055 * N, "e^-3 = 0.0498: %d", long_gaps);
    cr_assert(below > 0.49 * N && below < 0.51 * N, "%d", below);
    cr_assert(near > 0.65 * N && near < 0.72 * N, "%d", near);
    cr_assert_eq(chance_delay(&c, 17, 0), 17);
}

Test(generator_parts, the_queue_gives_the_earliest)
{
    struct queue q = {0};
    struct queue_item held[STEPS];
    size_t n = 0;
    chance c = 5;

    cr_assert_null(queue_peek(&q));
    for (int i = 0; i < STEPS; i++) {
        size_t least = 0;

        if (n == 0 || chance_below(&c, 5) < (i < STEPS / 2 ? 3U : 2U)) {
            held[n] = (struct queue_item){chance_below(&c, 50), chance_below(&c, 50)};
            queue_add(&q, held[n++]);
            continue;
        }
        for (size_t k = 1; k < n; k++)
            if (held[k].at < held[least].at ||
                (held[k].at == held[least].at && held[k].what < held[least].what))
                least = k;
        cr_assert_eq(queue_peek(&q)->what, held[least].what);
        cr_assert_eq(queue_take(&q).at, held[least].at);
        held[least] = held[--n];
    }
    queue_fini(&q);
}

/* Random items near and weeks away, against the heap. */
Test(generator_parts, the_calendar_gives_what_the_queue_gives)
{
    struct calendar *calendar = calendar_new(MONDAY + 1);
    struct queue q = {0};
    evtime_ms now = MONDAY + 1;
    chance c = 9;

    cr_assert_null(calendar_peek(calendar));
    for (int i = 0; i < 4 * STEPS; i++) {
        if (q.n == 0 || (i < 3 * STEPS && chance_below(&c, 100) < 53)) {
            /* Up to 4 s, 3 hours, 30 days: the last is beyond the buckets now and then. */
            static const dur_ms spans[] = {4, 4000, 3 * HOUR_MS, 30 * (dur_ms)DAY_MS};
            struct queue_item item = {
                now + (dur_ms)chance_below_wide(&c, (uint64_t)spans[chance_below(&c, 4)]),
                (uint64_t)i};

            queue_add(&q, item);
            calendar_add(calendar, item);
        } else {
            struct queue_item want = queue_take(&q);

            cr_assert_eq(calendar_peek(calendar)->what, want.what, "step %d", i);
            cr_assert_eq(calendar_take(calendar).at, want.at);
            now = want.at;
        }
    }
    while (q.n > 0)
        cr_assert_eq(calendar_take(calendar).what, queue_take(&q).what);
    cr_assert_null(calendar_peek(calendar));
    queue_fini(&q);
    calendar_free(&calendar);
}

/* A row out of place would be passed over without a word. */
Test(generator_parts, every_step_of_the_table_can_be_reached)
{
    bool is_reached[LIFE_STEPS] = {[LIFE_CREATED] = true};
    bool is_new = true;

    while (is_new) {
        is_new = false;
        for (int step = 0; step < LIFE_STEPS; step++) {
            size_t n;
            const struct life_follow *f = life_follows((enum life_step)step, &n);

            for (size_t i = 0; i < n && is_reached[step]; i++) {
                cr_assert(i == 0 || f[i].branch >= f[i - 1].branch, "step %d, row %zu", step, i);
                cr_assert_leq(f[i].chance, LIFE_CHANCES);
                is_new |= !is_reached[f[i].then];
                is_reached[f[i].then] = true;
            }
        }
    }
    for (int step = 0; step < LIFE_STEPS; step++)
        cr_assert(is_reached[step], "step %d", step);
}

/* The times in a file of lines, in their order; the file ends them. */
static size_t
read_times(struct temp *t, const char *name, evtime_ms *times, size_t max)
{
    struct strbuf bytes = {0};
    const char *at;
    size_t n = 0;

    cr_assert(temp_read(t, name, &bytes), "%s", name);
    strbuf_add_char(&bytes, 0);
    for (at = bytes.p; (at = strstr(at, "\"occurred_at\":\"")) != NULL; n++) {
        at += strlen("\"occurred_at\":\"");
        cr_assert_lt(n, max);
        cr_assert(evtime_parse(str_of(at, strlen("2026-01-05T00:00:00.000Z")), &times[n]));
    }
    strbuf_fini(&bytes);
    return n;
}

/* Writes EVENTS events, one a second, each of a ticket of its own. */
static struct generator_counts
write_events(struct generator_output_options options)
{
    struct generator_output *o;
    struct generator_counts counts;
    struct error error;

    cr_assert_eq(generator_output_open(&options, &o, &error), ERR_NONE, "%s", error.text);
    for (int i = 0; i < EVENTS; i++) {
        struct ticket_event event = {.occurred_at = MONDAY + (evtime_ms)i * SECOND_MS};
        char name[16];

        (void)snprintf(name, sizeof(name), "T-%d", i);
        event.event_id = str_from(name);
        event.ticket_id = str_from(name);
        event.payload.kind = TICKET_EVENT_PAYLOAD_TICKET_DELETED;
        cr_assert_eq(generator_output_add(o, &event, &error), ERR_NONE, "%s", error.text);
    }
    cr_assert_eq(generator_output_commit(o, &error), ERR_NONE, "%s", error.text);
    counts = *generator_output_counts(o);
    generator_output_close(&o);
    return counts;
}

Test(generator_parts, disorder_keeps_its_limit_and_late_events_do_not)
{
    struct generator_output_options options = {
        .partitions = 1, .level = 1, .seed = 1, .disorder_ms = MINUTE_MS, .late_by_ms = HOUR_MS};
    evtime_ms times[EVENTS * 2];
    struct temp t;

    temp_init(&t);
    for (int is_late = 0; is_late < 2; is_late++) {
        struct generator_counts counts;
        evtime_ms newest = 0;
        size_t n;
        size_t swaps = 0;
        size_t beyond = 0;

        options.path = temp_path(&t, "events.jsonl");
        options.late = is_late ? OUTPUT_SHARE_ONE / 20 : 0;
        counts = write_events(options);
        n = read_times(&t, "events.jsonl", times, EVENTS * 2);
        cr_assert_eq(n, EVENTS);
        for (size_t i = 0; i < n; i++) {
            swaps += times[i] < newest;
            beyond += times[i] < newest - MINUTE_MS;
            newest = times[i] > newest ? times[i] : newest;
        }
        cr_assert_gt(swaps, EVENTS / 2);
        cr_assert_eq(counts.late > 0, is_late);
        cr_assert_leq(beyond, counts.late);
        cr_assert_eq(beyond > 0, is_late);
    }
    temp_fini(&t);
}

Test(generator_parts, duplicates_and_partitions_lose_nothing)
{
    struct generator_output_options options = {
        .partitions = 3, .level = 1, .seed = 1, .duplicates = OUTPUT_SHARE_ONE / 10};
    bool is_there[EVENTS] = {false};
    evtime_ms times[EVENTS * 2];
    struct generator_counts counts;
    size_t total = 0;
    struct temp t;

    temp_init(&t);
    options.path = temp_path(&t, "events.jsonl");
    counts = write_events(options);
    cr_assert(counts.duplicates > 20 && counts.duplicates < 70, "%d", (int)counts.duplicates);
    for (int part = 0; part < 3; part++) {
        char name[32];
        size_t n;

        (void)snprintf(name, sizeof(name), "events-%d.jsonl", part);
        n = read_times(&t, name, times, EVENTS * 2);
        cr_assert_gt(n, EVENTS / 6);
        for (size_t i = 0; i < n; i++) {
            cr_assert(i == 0 || times[i] >= times[i - 1], "in order without disorder");
            is_there[(times[i] - MONDAY) / SECOND_MS] = true;
        }
        total += n;
    }
    cr_assert_eq(total, EVENTS + counts.duplicates);
    for (int i = 0; i < EVENTS; i++)
        cr_assert(is_there[i], "event %d", i);
    temp_fini(&t);
}
