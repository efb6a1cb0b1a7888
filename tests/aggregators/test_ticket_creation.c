/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rules 5, 6, 10 and 13: a TicketCreated that comes before W, or after other events.
 */
#include "tests/support/scene.h"

#include <criterion/criterion.h>

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

/* The watermark is at minute 100 before the first late event. */
static void
say_late(struct ticket_event event)
{
    if (ticket_engine_watermark(s->engine) < minute(100))
        scene_advance(s, minute(100));
    cr_assert_eq(scene_say(s, event), TICKET_LATE);
}

static struct ticket_event
changed(const char *ticket, evtime_ms t)
{
    return event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED);
}

static int64_t
sum(enum measure m, const struct row_filter *f)
{
    return scene_sum(s, m, f);
}

static int64_t
count(enum duration d)
{
    return scene_count(s, d, ALL);
}

TestSuite(late_creation, .init = start, .fini = stop);

Test(late_creation, fills_only_what_the_ticket_lacks)
{
    say(event_with(event_with(changed("T", minute(10)), "channel", "chat"), "priority", "low"));
    say(event_with(changed("T", minute(11)), "priority", ""));
    say_late(event_with(event_with(event_created("T", minute(5)), "channel", "email"), "priority",
                        "high"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.channel = "chat", .priority = "high", .to = minute(6))),
                 1);
    cr_expect_eq(sum(MEASURE_level, WHERE(.channel = "chat", .priority = "high", .to = minute(6))),
                 1);
}

Test(late_creation, in_order_it_sets_what_it_has)
{
    say(event_with(changed("T", minute(10)), "channel", "chat"));
    say(event_with(event_created("T", minute(11)), "channel", "email"));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.channel = "email")), 1);
}

Test(late_creation, time_per_status_runs_from_the_later_of_creation_and_last_step)
{
    say(event_status("A", minute(10), STATUS_PENDING));
    say(event_status("B", minute(10), STATUS_PENDING));
    say_late(event_created("A", minute(5)));
    say_late(event_created("B", minute(50)));
    say(event_status("A", minute(110), STATUS_SOLVED));
    say(event_status("B", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(105 + 60));
    cr_expect_eq(sum(MEASURE_resolution_excluding_wait_ms, ALL), minutes(5 + 0));
    cr_expect_eq(sum(MEASURE_agent_work_ms, ALL), 0);
}

Test(late_creation, by_a_customer_opens_a_cycle)
{
    say(event_status("T", minute(10), STATUS_OPEN));
    say_late(event_created("T", minute(5)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_response_ms, ALL), minutes(105));
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(105));
}

Test(late_creation, before_the_last_reply_opens_none_and_looks_up_no_reply)
{
    say(event_reply("T", minute(10)));
    say_late(event_created("T", minute(5)));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(count(DURATION_response), 0);
    cr_expect_eq(sum(MEASURE_first_response_ms, ALL), minutes(105));
}

Test(late_creation, after_a_solve_in_time_leaves_negative_durations_out)
{
    say(event_status("T", minute(10), STATUS_OPEN));
    say_late(event_created("T", minute(60)));
    say_late(event_status("T", minute(40), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, ALL), 1);
    cr_expect_eq(count(DURATION_resolution), 0);
    cr_expect_eq(count(DURATION_first_resolution), 0);
    cr_expect_gt(ticket_engine_counters(s->engine)->negative_duration, 0);
}

Test(late_creation, of_a_creation_known_before_changes_nothing)
{
    say(event_created("T", minute(10)));
    say_late(event_with(event_created("T", minute(5)), "channel", "email"));
    say(event_reply("T", minute(110)));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, ALL), 1);
    cr_expect_eq(sum(MEASURE_first_response_ms, WHERE(.channel = "")), minutes(100));
}

Test(late_creation, leaves_the_mark_of_newer_attributes)
{
    say(event_with(changed("T", minute(50)), "priority", "low"));
    say_late(event_with(event_created("T", minute(5)), "channel", "email"));
    say_late(event_with(changed("T", minute(30)), "priority", "high"));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_solved, WHERE(.channel = "email", .priority = "low")), 1);
}

Test(late_creation, a_late_step_before_a_creation_in_order_starts_at_the_creation)
{
    say(event_status("T", minute(10), STATUS_OPEN));
    say(event_created("T", minute(50)));
    say_late(event_status("T", minute(30), STATUS_PENDING));
    say(event_status("T", minute(110), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_resolution_ms, ALL), minutes(60));
    cr_expect_eq(sum(MEASURE_resolution_excluding_wait_ms, ALL), 0);
    cr_expect_eq(count(DURATION_resolution_excluding_wait), 1, "not below 0");
}
