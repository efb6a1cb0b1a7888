/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 1.0.1 rules 3, 9 and 17 and the lateness class of ARCHITECTURE section 3: which windows
 * see what a late event does, and what is taken back.
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

TestSuite(late_level, .init = start, .fini = stop);
TestSuite(lateness_class, .init = start, .fini = stop);
TestSuite(too_late, .init = start, .fini = stop);

Test(late_level, enters_no_earlier_than_the_ticket_s_last_move)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_with(changed("T", minute(50)), "team", "two"));
    say_late(event_status("T", minute(20), STATUS_SOLVED));
    scene_end(s);
    for (int64_t end = 1; end < 120; end++) {
        cr_assert_geq(sum(MEASURE_level, WHERE(.team = "one", .to = minute(end))), 0, "at %d",
                      (int)end);
        cr_assert_geq(sum(MEASURE_level, WHERE(.team = "two", .to = minute(end))), 0, "at %d",
                      (int)end);
    }
    cr_expect_eq(sum(MEASURE_level, WHERE(.team = "one", .to = minute(50))), 1);
    cr_expect_eq(sum(MEASURE_level, ALL), 0);
}

Test(late_level, a_second_late_change_enters_no_earlier_than_the_first)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_with(changed("T", minute(50)), "team", "two"));
    say_late(event_status("T", minute(20), STATUS_SOLVED));
    say_late(event_status("T", minute(30), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_level, WHERE(.from = minute(1), .to = minute(50))), 0);
    cr_expect_eq(sum(MEASURE_level, WHERE(.team = "two", .from = minute(50), .to = minute(51))), 1);
}

Test(late_level, enters_at_its_own_time_where_that_is_later)
{
    say(event_created("T", minute(0)));
    say_late(event_status("T", minute(20), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_level, WHERE(.from = minute(20), .to = minute(21))), -1);
    cr_expect_eq(sum(MEASURE_level, WHERE(.class_below = minute(100))), 1);
}

Test(lateness_class, is_0_where_the_pane_had_not_ended)
{
    say(event_created("T", minute(30)));
    scene_advance(s, minute(30) + 30000);
    cr_expect_eq(
        scene_say(s, event_of("T", minute(30) + 10000, TICKET_EVENT_PAYLOAD_TICKET_ESCALATED)),
        TICKET_LATE);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations, WHERE(.class_below = 1)), 1);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = 1)), 1, "in order it is always 0");
}

Test(lateness_class, a_pane_that_ends_at_w_has_ended)
{
    say(event_created("T", minute(30)));
    scene_advance(s, minute(31));
    (void)scene_say(s, event_of("T", minute(30), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations, WHERE(.class_below = minute(31))), 0);
    cr_expect_eq(sum(MEASURE_escalations, WHERE(.class_below = minute(31) + 1)), 1);
}

Test(lateness_class, is_else_w_floored_to_the_pane)
{
    say(event_created("T", minute(30)));
    scene_advance(s, minute(70) + 30000);
    (void)scene_say(s, event_of("T", minute(69) + 59999, TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_escalations, WHERE(.class_below = minute(70))), 0);
    cr_expect_eq(sum(MEASURE_escalations, WHERE(.class_below = minute(70) + 1)), 1);
}

Test(lateness_class, of_what_is_taken_back_in_order_is_the_event_s_own_time)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(70) + 1, TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = minute(70))), 1);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = minute(71))), 0);
}

Test(lateness_class, of_what_is_put_back_is_that_of_the_restore)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(70), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_of("T", minute(80), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = minute(75))), 0, "taken, not put back");
    cr_expect_eq(sum(MEASURE_volume, WHERE(.class_below = minute(81))), 1);
}

Test(too_late, windows_are_named_that_can_no_longer_be_corrected)
{
    say(event_created("T", minute(0)));
    scene_advance(s, minute(60) + DAY_MS - 1);
    cr_expect_eq(scene_say(s, event_question("T", minute(59))), TICKET_LATE);
    cr_expect_eq(s->closed, 0u);
    scene_advance(s, minute(60) + DAY_MS);
    cr_expect_eq(scene_say(s, event_question("T", minute(59))), TICKET_LATE);
    cr_expect_eq(s->closed, 1u, "the hour, whether the event makes a fact or not");
    cr_expect_eq(scene_say(s, event_question("T", minute(60))), TICKET_LATE);
    cr_expect_eq(s->closed, 0u, "the next hour");
    scene_advance(s, minute(0) + 8 * (dur_ms)DAY_MS);
    cr_expect_eq(scene_say(s, event_question("T", minute(60))), TICKET_LATE);
    cr_expect_eq(s->closed, 3u, "the day too");
    cr_expect_eq(ticket_engine_counters(s->engine)->applied, 5, "applied all the same");
}

Test(too_late, a_hopping_window_is_named_if_one_that_holds_the_event_is_closed)
{
    settings.n_windows = 1;
    settings.windows[0].every_ms = 10 * MINUTE_MS;
    settings.windows[0].length_ms = HOUR_MS;
    settings.windows[0].allowed_lateness_ms = 0;
    scene_advance(s, minute(65));
    cr_expect_eq(scene_say(s, event_question("T", minute(25))), TICKET_LATE);
    cr_expect_eq(s->closed, 1u, "the window from -30 to 30 holds it");
    cr_expect_eq(scene_say(s, event_question("T", minute(59))), TICKET_LATE);
    cr_expect_eq(s->closed, 1u, "the window from 0 to 60 holds it");
    cr_expect_eq(scene_say(s, event_question("T", minute(60))), TICKET_LATE);
    cr_expect_eq(s->closed, 0u, "the first that holds it ends at 70");
}
