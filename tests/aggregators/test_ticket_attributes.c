/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 1.0.1 rules 2, 9 and 11 and the attributes of INTERFACES section 2: what a ticket is when
 * a fact is counted, the level, cancellations.
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

static struct ticket_event
changed(const char *ticket, evtime_ms t)
{
    return event_of(ticket, t, TICKET_EVENT_PAYLOAD_TICKET_ATTRIBUTES_CHANGED);
}

static int64_t
level(const struct row_filter *f)
{
    return scene_sum(s, MEASURE_level, f);
}

TestSuite(attributes, .init = start, .fini = stop);
TestSuite(level, .init = start, .fini = stop);
TestSuite(cancelled, .init = start, .fini = stop);

Test(attributes, absent_keys_leave_values_and_empty_ones_clear_them)
{
    say(event_with(event_with(event_created("T", minute(0)), "channel", "email"), "priority",
                   "high"));
    say(event_with(changed("T", minute(1)), "priority", ""));
    say(event_status("T", minute(2), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.channel = "email", .priority = "")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.channel = "email", .priority = "high")), 1);
}

Test(attributes, issue_types_are_a_set_and_the_empty_list_clears_them)
{
    struct ticket_event created = event_created("T", minute(0));
    struct ticket_event cleared = changed("T", minute(2));
    struct str types[] = {STR("login"), STR("billing"), STR(""), STR("login")};

    created.has_attrs = created.attrs.has_issue_types = true;
    created.attrs.issue_types.v = types;
    created.attrs.issue_types.n = 4;
    cleared.has_attrs = cleared.attrs.has_issue_types = true;
    say(created);
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(cleared);
    say(event_status("T", minute(3), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.issue_types = "billing,login")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_reopens, WHERE(.issue_types = "")), 1);
}

Test(attributes, custom_keys_are_set_and_removed)
{
    struct ticket_event created = event_created("T", minute(0));
    struct ticket_event other = changed("T", minute(1));
    struct ticket_event removed = changed("T", minute(3));
    struct attrs_custom_entry gold[] = {{STR("other"), STR("x")}, {STR("plan"), STR("gold")}};
    struct attrs_custom_entry none[] = {{STR("plan"), STR("")}};

    created.has_attrs = other.has_attrs = removed.has_attrs = true;
    created.attrs.custom.v = gold;
    created.attrs.custom.n = 2;
    other.attrs.custom.v = gold;
    other.attrs.custom.n = 1;
    removed.attrs.custom.v = none;
    removed.attrs.custom.n = 1;
    say(created);
    say(other);
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(removed);
    say(event_status("T", minute(4), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.plan = "gold")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_reopens, WHERE(.plan = "")), 1);
}

Test(attributes, channels_are_made_canonical)
{
    static const struct channel_alias aliases[] = {{{"live chat", 9}, {"chat", 4}}};
    struct ticket_event moved = event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED);

    settings.channels = aliases;
    settings.n_channels = 1;
    moved.payload.u.ticket_channel_moved.has_to = true;
    moved.payload.u.ticket_channel_moved.to = STR("live chat");
    say(event_with(event_created("A", minute(0)), "channel", "live chat"));
    say(event_with(event_created("T", minute(0)), "channel", "email"));
    say(moved);
    say(event_status("T", minute(2), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.channel = "chat")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.channel = "chat")), 1);
    cr_expect_eq(scene_rows(s, WHERE(.channel = "live chat")), 0);
}

Test(attributes, a_channel_move_without_a_target_changes_nothing)
{
    static const struct channel_alias aliases[] = {{{"live chat", 9}, {"chat", 4}}};

    settings.channels = aliases;
    settings.n_channels = 1;
    say(event_with(event_created("T", minute(0)), "channel", "email"));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED));
    scene_advance(s, minute(60));
    cr_expect_eq(scene_say(s, event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_CHANNEL_MOVED)),
                 TICKET_LATE);
    say(event_status("T", minute(70), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.channel = "email")), 1);
}

Test(attributes, an_assignment_sets_and_clears_the_holder)
{
    struct ticket_event given = event_assigned("T", minute(1), ASSIGNMENT_KIND_INITIAL);
    struct ticket_event taken = event_assigned("T", minute(3), ASSIGNMENT_KIND_REQUEUE);

    given.payload.u.ticket_assigned.has_to_agent = true;
    given.payload.u.ticket_assigned.to_agent = STR("ann");
    given.payload.u.ticket_assigned.has_to_team = true;
    given.payload.u.ticket_assigned.to_team = STR("one");
    given.payload.u.ticket_assigned.has_to_queue = true; /* no segmentation has it */
    given.payload.u.ticket_assigned.to_queue = STR("q");
    taken.payload.u.ticket_assigned.has_to_agent = true;
    say(event_created("T", minute(0)));
    say(given);
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(taken);
    say(event_status("T", minute(4), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, WHERE(.agent = "ann", .team = "one")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_reopens, WHERE(.agent = "", .team = "one")), 1);
}

Test(attributes, tenants_are_apart)
{
    struct ticket_event other = event_created("T", minute(0));

    other.tenant = STR("acme");
    say(event_created("T", minute(0)));
    say(other);
    scene_end(s);
    cr_expect_eq(ticket_engine_tickets(s->engine), 2);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.tenant = "acme")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.tenant = "")), 1);
}

Test(level, rises_at_the_creation_falls_at_the_solve_and_rises_at_a_reopening)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_status("T", minute(20), STATUS_PENDING));
    scene_end(s);
    cr_expect_eq(level(WHERE(.to = minute(1))), 1);
    cr_expect_eq(level(WHERE(.to = minute(11))), 0);
    cr_expect_eq(level(WHERE(.from = minute(10), .to = minute(11))), -1);
    cr_expect_eq(level(WHERE(.from = minute(20), .to = minute(21))), 1);
}

Test(level, moves_with_the_ticket_between_segments)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_with(changed("T", minute(10)), "team", "two"));
    scene_end(s);
    cr_expect_eq(level(WHERE(.team = "one", .to = minute(10))), 1);
    cr_expect_eq(level(WHERE(.team = "one", .from = minute(10), .to = minute(11))), -1);
    cr_expect_eq(level(WHERE(.team = "two", .from = minute(10), .to = minute(11))), 1);
    cr_expect_eq(level(ALL), 1);
}

Test(level, a_solved_ticket_that_moves_moves_nothing)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_status("T", minute(1), STATUS_SOLVED));
    say(event_with(changed("T", minute(2)), "team", "two"));
    say(event_status("T", minute(3), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(level(WHERE(.team = "one")), 0);
    cr_expect_eq(level(WHERE(.team = "two", .to = minute(3))), 0);
    cr_expect_eq(level(WHERE(.team = "two")), 1);
}

Test(level, needs_a_creation_and_follows_the_status_reached)
{
    say(event_status("T", minute(0), STATUS_OPEN));
    say(event_created("T", minute(5)));
    say(event_created_by("S", minute(5), INITIATED_BY_CUSTOMER, STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(level(WHERE(.to = minute(5))), 0);
    cr_expect_eq(level(ALL), 1);
}

Test(cancelled, merged_spam_and_deleted_take_the_volume_back_and_lower_the_level)
{
    static const enum ticket_event_payload_kind kinds[] = {TICKET_EVENT_PAYLOAD_TICKET_MERGED,
                                                           TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM,
                                                           TICKET_EVENT_PAYLOAD_TICKET_DELETED};
    static const char *const names[] = {"A", "B", "C"};

    for (int i = 0; i < 3; i++)
        say(event_with(event_created(names[i], minute(i)), "team", "one"));
    for (int i = 0; i < 3; i++) {
        struct ticket_event event = event_of(names[i], minute(10 + i), kinds[i]);

        if (i == 0)
            event.payload.u.ticket_merged.into = STR("Z");
        say(event_with(event, "team", "two"));
    }
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.team = "one", .to = minute(5))), 0,
                 "it leaves the segment and the pane in which it was counted");
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.team = "two")), 0);
    cr_expect_eq(level(WHERE(.to = minute(5))), 3, "past levels stay");
    cr_expect_eq(level(ALL), 0);
    cr_expect_eq(level(WHERE(.team = "two")), 0);
}

Test(cancelled, a_restore_puts_the_volume_back_and_raises_the_level_if_unsolved)
{
    say(event_created("A", minute(0)));
    say(event_created("B", minute(0)));
    say(event_of("A", minute(10), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_of("B", minute(10), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_status("B", minute(15), STATUS_SOLVED));
    say(event_of("A", minute(20), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say(event_of("B", minute(20), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, WHERE(.to = minute(1))), 2);
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 2);
    cr_expect_eq(level(WHERE(.to = minute(15))), 0);
    cr_expect_eq(level(ALL), 1, "B is solved by now");
}

Test(cancelled, twice_takes_back_once_and_a_restore_of_nothing_does_nothing)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_MARKED_SPAM));
    say(event_of("T", minute(3), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 0);
    cr_expect_eq(level(ALL), 0);
}

Test(cancelled, later_events_move_the_state_and_make_no_facts)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_question("T", minute(3)));
    say(event_reply("T", minute(4)));
    say(event_of("T", minute(5), TICKET_EVENT_PAYLOAD_TICKET_ESCALATED));
    say(event_answer("T", minute(6), SURVEY_KIND_CSAT, 5));
    say(event_review("T", minute(7), "r", 1, 2));
    say(event_with(event_status("T", minute(8), STATUS_SOLVED), "team", "two"));
    say(event_of("T", minute(9), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say(event_status("T", minute(10), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_response, ALL), 1);
    cr_expect_eq(scene_sum(s, MEASURE_escalations, ALL), 0);
    cr_expect_eq(scene_sum(s, MEASURE_csat_answers, ALL), 0);
    cr_expect_eq(scene_sum(s, MEASURE_qa_possible, ALL), 0);
    cr_expect_eq(scene_sum(s, MEASURE_solve_events, ALL), 0);
    cr_expect_eq(scene_sum(s, MEASURE_reopens, WHERE(.team = "two")), 1, "the state went on");
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 1);
    cr_expect_eq(ticket_engine_counters(s->engine)->after_cancel, 6);
}

Test(cancelled, earlier_facts_other_than_volume_stay)
{
    say(event_created("T", minute(0)));
    say(event_reply("T", minute(1)));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_answer("T", minute(3), SURVEY_KIND_CSAT, 5));
    say(event_of("T", minute(4), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_first_response, ALL), 1);
    cr_expect_eq(scene_sum(s, MEASURE_solved, ALL), 1);
    cr_expect_eq(scene_sum(s, MEASURE_csat_answers, ALL), 1);
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 0);
}

Test(cancelled, a_creation_of_a_cancelled_ticket_is_no_volume_then_or_later)
{
    say(event_of("T", minute(0), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_created("T", minute(1)));
    say(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 0);
    cr_expect_eq(level(ALL), 1);
}

Test(cancelled, a_solve_that_made_no_fact_was_the_first_all_the_same)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_status("T", minute(2), STATUS_SOLVED));
    say(event_of("T", minute(3), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    say(event_status("T", minute(4), STATUS_OPEN));
    say(event_status("T", minute(5), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_solved, ALL), 1, "nothing to take back");
    cr_expect_eq(scene_sum(s, MEASURE_resolution_ms, ALL), minutes(5));
    cr_expect_eq(scene_count(s, DURATION_first_resolution, ALL), 0);
}

Test(cancelled, a_first_reply_that_made_no_fact_is_replaced_without_taking_back)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_reply("T", minute(10)));
    say(event_of("T", minute(11), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_advance(s, minute(60));
    cr_expect_eq(scene_say(s, event_reply("T", minute(5))), TICKET_LATE);
    scene_end(s);
    cr_expect_eq(scene_count(s, DURATION_first_response, ALL), 1);
    cr_expect_eq(scene_sum(s, MEASURE_first_response_ms, ALL), minutes(5));
}

Test(cancelled, split_and_the_types_of_later_versions_have_no_effect)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(1), TICKET_EVENT_PAYLOAD_TICKET_SPLIT));
    say(event_of("T", minute(2), TICKET_EVENT_PAYLOAD_BOT_HANDED_OFF));
    say(event_of("T", minute(3), TICKET_EVENT_PAYLOAD_FCR_ELIGIBILITY_SET));
    say(event_of("T", minute(4), TICKET_EVENT_PAYLOAD_SLA_POLICY_REMOVED));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_volume, ALL), 1);
    cr_expect_eq(scene_rows(s, ALL), 1);
}
