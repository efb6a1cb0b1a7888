/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARCHITECTURE section 3 and METRICS 1.0.1 rules 1 and 10: the watermark, the order of events,
 * duplicates, the end of a run, flushes, forgetting.
 */
#include "tests/support/scene.h"

#include <criterion/criterion.h>

#include <stdio.h>

static struct settings settings;
static struct scene *s;

static void
start(void)
{
    settings = scene_settings();
    s = scene_new(&settings);
}

static void
stop(void)
{
    scene_free(&s);
}

static void
say(struct ticket_event event)
{
    cr_assert_eq(scene_say(s, event), TICKET_HELD);
}

static struct ticket_event
named(struct ticket_event event, const char *event_id)
{
    event.event_id = str_from(event_id);
    return event;
}

static struct ticket_event
numbered(struct ticket_event event, int64_t sequence)
{
    event.has_source_sequence = true;
    event.source_sequence = sequence;
    return event;
}

static int64_t
sum(enum measure m)
{
    return scene_sum(s, m, ALL);
}

static const struct ticket_counters *
counters(void)
{
    return ticket_engine_counters(s->engine);
}

TestSuite(watermark, .init = start, .fini = stop);
TestSuite(order, .init = start, .fini = stop);
TestSuite(hold_limit, .init = start, .fini = stop);
TestSuite(duplicate, .init = start, .fini = stop);
TestSuite(not_applied, .init = start, .fini = stop);
TestSuite(flush, .init = start, .fini = stop);
TestSuite(forgetting, .init = start, .fini = stop);

Test(watermark, is_none_before_the_first_event)
{
    cr_expect_eq(ticket_engine_watermark(s->engine), EVTIME_NONE);
    cr_expect_eq(ticket_engine_oldest_held(s->engine), UINT64_MAX);
    scene_flush(s);
    cr_expect_eq(s->n_batches, 0u);
}

Test(watermark, is_the_highest_event_time_less_the_disorder_and_never_goes_back)
{
    say(event_created("A", minute(10)));
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5));
    say(event_created("B", minute(7)));
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5));
    scene_advance(s, minute(3));
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5));
    say(event_created("C", minute(10) + 1));
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5) + 1);
}

Test(watermark, is_exclusive_an_event_at_it_is_not_late)
{
    scene_advance(s, minute(10));
    say(event_created("A", minute(10)));
    cr_expect_eq(scene_say(s, event_created("B", minute(10) - 1)), TICKET_LATE);
    cr_expect_eq(ticket_engine_tickets(s->engine), 1, "A waits");
    scene_advance(s, minute(10) + 1);
    cr_expect_eq(ticket_engine_tickets(s->engine), 2);
}

Test(watermark, is_moved_by_test_and_ignored_events_too)
{
    struct ticket_event trial = event_created("A", minute(10));

    trial.test = true;
    cr_expect_eq(scene_say(s, trial), TICKET_TEST);
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5));
    cr_expect_eq(counters()->test, 1);
}

Test(watermark, without_disorder_follows_the_events)
{
    settings.max_out_of_orderness_ms = 0;
    scene_free(&s);
    s = scene_new(&settings);
    say(event_created("A", minute(10)));
    say(event_created("B", minute(10)));
    cr_expect_eq(scene_say(s, event_created("C", minute(10) - 1)), TICKET_LATE);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume), 3);
}

Test(order, of_arrival_does_not_matter_inside_the_disorder)
{
    say(event_status("T", minute(4), STATUS_OPEN));
    say(event_status("T", minute(3), STATUS_SOLVED));
    say(event_status("T", minute(2), STATUS_OPEN));
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(event_created("T", minute(0)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events), 2);
    cr_expect_eq(sum(MEASURE_reopens), 2);
    cr_expect_eq(counters()->late, 0);
}

Test(order, of_an_instant_is_by_source_sequence_with_absent_last)
{
    say(named(event_status("T", minute(1), STATUS_OPEN), "a"));
    say(numbered(event_status("T", minute(1), STATUS_SOLVED), 7));
    say(numbered(event_status("T", minute(1), STATUS_PENDING), -3));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events), 1, "pending, solved, open");
    cr_expect_eq(sum(MEASURE_reopens), 1);
}

Test(order, of_the_same_sequence_is_by_event_id)
{
    say(named(event_status("T", minute(1), STATUS_OPEN), "b"));
    say(named(event_status("T", minute(1), STATUS_SOLVED), "a"));
    say(named(event_status("T", minute(1), STATUS_CLOSED), "aa"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solve_events), 1);
    cr_expect_eq(sum(MEASURE_closed_events), 1, "shorter first");
    cr_expect_eq(sum(MEASURE_reopens), 1);
}

/* Ticket T3 has the instants 3, 13, 23 ... ms, solved and opened in turn. */
Test(order, is_restored_from_any_permutation)
{
    for (int i = 0; i < 1000; i++) {
        int at = i * 7919 % 1000;
        char name[16];

        (void)snprintf(name, sizeof(name), "T%d", at % 10);
        say(event_status(name, minute(0) + at, at / 10 % 2 == 0 ? STATUS_SOLVED : STATUS_OPEN));
    }
    scene_end(s);
    cr_expect_eq(counters()->applied, 1000);
    cr_expect_eq(sum(MEASURE_solve_events), 500);
    cr_expect_eq(sum(MEASURE_reopens), 500);
}

Test(hold_limit, moves_w_to_the_oldest_held_event_and_counts)
{
    settings.held_events_max = 3;
    for (int i = 0; i < 3; i++)
        say(event_created("ABC" + i, minute(i)));
    cr_expect_eq(ticket_engine_tickets(s->engine), 0);
    say(event_created("D", minute(3)));
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(0) + 1);
    cr_expect_eq(ticket_engine_tickets(s->engine), 1);
    cr_expect_eq(counters()->hold_full, 1);
    cr_expect_eq(scene_say(s, event_question("X", minute(0))), TICKET_LATE);
}

Test(hold_limit, lets_all_events_of_the_oldest_instant_go)
{
    settings.held_events_max = 3;
    for (int i = 0; i < 3; i++)
        say(event_created("ABC" + i, minute(0)));
    say(event_created("D", minute(3)));
    cr_expect_eq(ticket_engine_tickets(s->engine), 3);
    cr_expect_eq(counters()->hold_full, 3);
}

Test(duplicate, is_dropped_and_the_first_applied_wins)
{
    say(named(event_with(event_created("T", minute(1)), "channel", "chat"), "same"));
    say(named(event_with(event_created("T", minute(0)), "channel", "email"), "same"));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.channel = "email")), 1);
    cr_expect_eq(counters()->duplicates, 1);
    cr_expect_eq(counters()->created_again, 0);
}

Test(duplicate, is_judged_by_event_id_alone)
{
    struct ticket_event other = named(event_created("U", minute(1)), "same");

    other.tenant = STR("acme");
    say(named(event_created("T", minute(0)), "same"));
    say(other);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume), 1);
}

Test(duplicate, counts_until_the_horizon_rounded_up_to_the_pane)
{
    say(named(event_of("T", minute(0) + 1, TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    say(named(event_of("T", minute(61), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    say(named(event_of("T", minute(61) + 1, TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_end(s);
    cr_expect_eq(counters()->duplicates, 1);
    cr_expect_eq(sum(MEASURE_escalations), 2);
}

Test(duplicate, that_is_late_is_told_to_the_caller)
{
    say(named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_advance(s, minute(30));
    cr_expect_eq(scene_say(s, named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED),
                                    "same")),
                 TICKET_DUPLICATE);
    scene_advance(s, minute(60) + 1);
    cr_expect_eq(scene_say(s, named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED),
                                    "same")),
                 TICKET_LATE, "engine time is W, and W has passed the horizon");
    cr_expect_eq(counters()->late, 1);
}

Test(duplicate, of_a_late_event_counts_from_its_own_time)
{
    scene_advance(s, minute(55));
    cr_expect_eq(scene_say(s, named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED),
                                    "same")),
                 TICKET_LATE);
    say(named(event_of("T", minute(59), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_advance(s, minute(61));
    say(named(event_of("T", minute(61), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_end(s);
    cr_expect_eq(counters()->duplicates, 1);
    cr_expect_eq(sum(MEASURE_escalations), 2);
}

Test(duplicate, are_applied_where_the_horizon_is_off)
{
    settings.duplicates_within_ms = 0;
    scene_free(&s);
    s = scene_new(&settings);
    say(named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    say(named(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations), 2);
}

Test(not_applied, test_events_leave_no_trace)
{
    struct ticket_event trial = named(event_created("T", minute(0)), "same");

    trial.test = true;
    cr_expect_eq(scene_say(s, trial), TICKET_TEST);
    say(named(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED), "same"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume), 0);
    cr_expect_eq(sum(MEASURE_escalations), 1, "its id is not remembered");
    cr_expect_eq(counters()->applied, 1);
}

Test(not_applied, events_after_as_of_move_w_up_to_it)
{
    ticket_engine_set_as_of(s->engine, minute(10));
    say(event_created("A", minute(10)));
    cr_expect_eq(scene_say(s, event_created("B", minute(10) + 1)), TICKET_AFTER_AS_OF);
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(5) + 1);
    cr_expect_eq(scene_say(s, event_created("C", minute(90))), TICKET_AFTER_AS_OF);
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(10) + 1);
    cr_expect_eq(scene_say(s, event_created("D", minute(10))), TICKET_LATE);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume), 2);
    cr_expect_eq(counters()->after_as_of, 2);
    cr_expect_eq(ticket_engine_watermark(s->engine), minute(10) + 1);
}

Test(flush, takes_the_panes_before_the_edge_that_w_has_passed)
{
    say(event_created("A", minute(0)));
    say(event_created("B", minute(1)));
    scene_advance(s, minute(1) + 30000);
    scene_flush(s);
    cr_expect_eq(s->n_batches, 1u);
    cr_expect_eq(s->last_batch->from_edge, 0);
    cr_expect_eq(s->last_batch->to_edge, minute(1));
    cr_expect_eq(sum(MEASURE_volume), 1, "B's pane has not ended");
    scene_flush(s);
    cr_expect_eq(s->n_batches, 1u, "W passed no edge since");
    scene_advance(s, minute(2));
    scene_flush(s);
    cr_expect_eq(s->last_batch->from_edge, minute(1));
    cr_expect_eq(s->last_batch->to_edge, minute(2));
    cr_expect_eq(sum(MEASURE_volume), 2);
}

Test(flush, hands_over_a_batch_without_rows_too)
{
    say(event_created("A", minute(0)));
    scene_advance(s, minute(1));
    scene_flush(s);
    scene_advance(s, minute(9));
    scene_flush(s);
    cr_expect_eq(s->n_batches, 2u);
    cr_expect_eq(s->last_batch->rows.n, 0u);
    cr_expect_eq(s->last_batch->pieces, 1);
    cr_expect_eq(s->last_batch->to_edge, minute(9));
}

Test(flush, takes_what_a_late_event_did_with_the_pane_of_w)
{
    say(event_created("A", minute(0)));
    scene_advance(s, minute(50) + 1);
    (void)scene_say(s, event_of("A", minute(10), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    scene_flush(s);
    cr_expect_eq(sum(MEASURE_volume), 1);
    cr_expect_eq(sum(MEASURE_escalations), 0, "engine time is in the pane of W");
    scene_advance(s, minute(51));
    scene_flush(s);
    cr_expect_eq(sum(MEASURE_escalations), 1);
}

Test(flush, at_the_end_takes_everything_and_names_w)
{
    say(event_created("A", minute(0)));
    scene_advance(s, minute(0) + 1);
    scene_flush(s);
    cr_expect_eq(s->n_batches, 1u, "the edge at minute 0 was passed");
    cr_expect_eq(sum(MEASURE_volume), 0);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume), 1);
    cr_expect_eq(s->last_batch->to_edge, ticket_engine_watermark(s->engine));
    cr_expect(str_equal(s->last_batch->source_topic, STR("support.ticket.events")));
}

static void
keep_for(dur_ms retain)
{
    settings.retain_solved_ms = retain;
    scene_free(&s);
    s = scene_new(&settings);
}

Test(forgetting, at_the_last_event_and_retain_solved_an_event_finds_nothing)
{
    keep_for(minutes(30));
    say(event_created("A", minute(0)));
    say(event_created("B", minute(0)));
    say(event_status("A", minute(10), STATUS_SOLVED));
    say(event_status("B", minute(10), STATUS_SOLVED));
    say(event_status("A", minute(40) - 1, STATUS_OPEN));
    say(event_status("B", minute(40), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens), 1, "A's; B was like a ticket never seen");
    cr_expect_eq(counters()->tickets_forgotten, 1);
}

Test(forgetting, needs_the_ticket_to_be_solved_or_cancelled)
{
    keep_for(minutes(30));
    say(event_created("A", minute(0)));
    say(event_created("B", minute(0)));
    say(event_of("B", minute(1), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_question("A", minute(500)));
    say(event_of("B", minute(500), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_end(s);
    cr_expect_eq(counters()->tickets_forgotten, 1);
    cr_expect_eq(sum(MEASURE_volume), 1, "B was forgotten and stays deleted");
}

Test(forgetting, is_put_off_by_every_event_of_the_ticket)
{
    keep_for(minutes(30));
    say(event_created("A", minute(0)));
    say(event_status("A", minute(10), STATUS_SOLVED));
    for (int i = 1; i <= 20; i++)
        say(event_question("A", minute(10 + 29 * i)));
    say(event_status("A", minute(10 + 29 * 21), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens), 1);
}

Test(forgetting, is_not_brought_forward_by_a_late_event)
{
    keep_for(minutes(30));
    say(event_status("A", minute(10), STATUS_SOLVED));
    say(event_question("A", minute(20)));
    scene_advance(s, minute(30));
    cr_expect_eq(scene_say(s, event_question("A", minute(12))), TICKET_LATE);
    say(event_status("A", minute(45), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens), 1);
}

Test(forgetting, happens_without_events_of_the_ticket)
{
    keep_for(minutes(30));
    say(event_status("A", minute(10), STATUS_SOLVED));
    say(event_created("B", minute(200)));
    scene_advance(s, minute(201));
    cr_expect_eq(ticket_engine_tickets(s->engine), 1);
    cr_expect_eq(counters()->tickets_forgotten, 1);
}

Test(forgetting, never_where_retain_solved_is_always)
{
    say(event_status("A", minute(10), STATUS_SOLVED));
    say(event_status("A", minute(10) + 3650 * (dur_ms)DAY_MS, STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_reopens), 1);
}

Test(forgetting, the_solved_go_first_where_the_limit_is_reached)
{
    keep_for(30 * (dur_ms)DAY_MS);
    settings.tickets_max = 2;
    say(event_status("A", minute(0), STATUS_SOLVED));
    say(event_created("B", minute(1)));
    say(event_created("C", minute(2)));
    scene_advance(s, minute(3));
    cr_expect_eq(ticket_engine_tickets(s->engine), 2);
    cr_expect_eq(counters()->tickets_evicted, 1);
    say(event_created("D", minute(4)));
    scene_advance(s, minute(5));
    cr_expect_eq(ticket_engine_tickets(s->engine), 3, "an open one is never dropped");
    cr_expect_eq(counters()->tickets_over_limit, 1);
}

Test(forgetting, gives_memory_back)
{
    size_t ids;
    size_t bytes = 0;

    keep_for(minutes(10));
    for (int i = 0; i < 20000; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "T%08d", i);
        say(event_with(event_created(name, minute(i)), "agent", name));
        say(event_reply(name, minute(i)));
        say(event_answer(name, minute(i), SURVEY_KIND_CSAT, 5));
        say(event_review(name, minute(i), "r", 1, 2));
        say(event_status(name, minute(i), STATUS_SOLVED));
        if (i % 50 == 0)
            scene_flush(s);
        if (i == 4000)
            bytes = ticket_engine_bytes(s->engine, &ids);
    }
    cr_expect_leq(ticket_engine_bytes(s->engine, &ids), bytes + bytes / 4);
    cr_expect_lt(ticket_engine_tickets(s->engine), 200);
}
