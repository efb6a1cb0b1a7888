/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rule 9: what the rows say about the ages of open tickets. */
#include "aggregators/windows/ages.h"
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

TestSuite(ticket_ages, .init = start, .fini = stop);

static void
say(struct ticket_event event)
{
    cr_assert_eq(scene_say(s, event), TICKET_HELD);
}

static void
say_late(struct ticket_event event)
{
    if (ticket_engine_watermark(s->engine) < minute(100))
        scene_advance(s, minute(100));
    cr_assert_eq(scene_say(s, event), TICKET_LATE);
}

/*
 * Tickets of that birth (0: of any) in rows of panes before minute `before`, of a team (NULL: of
 * all). Rows of late events count whatever their class.
 */
static int64_t
open_of(enum age_kind kind, evtime_ms birth, int64_t before, const char *team)
{
    int64_t count = 0;

    for (size_t i = 0; i < s->n_rows; i++) {
        const struct scene_row *r = &s->rows[i];

        if (r->row.pane >= minute(before) ||
            (team != NULL && !str_equal(r->profile.values.v[1], str_from(team))))
            continue;
        for (size_t k = 0; k < r->row.ages.n; k++)
            if (r->row.ages.v[k].kind == (int)kind && (birth == 0 || r->row.ages.v[k].at == birth))
                count += r->row.ages.v[k].count;
    }
    return count;
}

/* At minute `before` one ticket is open, of that birth and no other; -1: none is. */
static void
expect_birth(enum age_kind kind, int64_t before, int64_t birth)
{
    int64_t all = open_of(kind, 0, before, NULL);
    int64_t of_birth = birth < 0 ? 0 : open_of(kind, minute(birth), before, NULL);

    cr_expect(all == (birth >= 0) && of_birth == all,
              "kind %d before minute %lld: %lld open, of them %lld of minute %lld", (int)kind,
              (long long)before, (long long)all, (long long)of_birth, (long long)birth);
}

Test(ticket_ages, birth_is_rounded_up_to_the_pane)
{
    say(event_created("A", minute(0) + 1));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 1, 1);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 1, 1);
    expect_birth(AGE_OF_TICKET, 0, -1);
}

Test(ticket_ages, birth_on_an_edge_stays_there)
{
    say(event_created("A", minute(3)));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 4, 3);
}

Test(ticket_ages, customer_message_is_the_last_one)
{
    say(event_created("T", minute(0)));
    say(event_question("T", minute(5) + 1));
    say(event_reply("T", minute(7)));
    say(event_question("T", minute(9)));
    scene_end(s);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 5, 0);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 6, 6);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 9, 6);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 10, 9);
    expect_birth(AGE_OF_TICKET, 10, 0);
}

Test(ticket_ages, ticket_without_customer_message_is_left_out)
{
    say(event_created_by("T", minute(0), INITIATED_BY_AGENT, STATUS_OPEN));
    say(event_question("T", minute(5)));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 1, 0);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 5, -1);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 6, 5);
}

Test(ticket_ages, solved_ticket_leaves_and_a_reopened_one_has_its_births)
{
    say(event_created("T", minute(0)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    say(event_question("T", minute(15)));
    say(event_status("T", minute(20), STATUS_OPEN));
    scene_end(s);
    for (int kind = 0; kind < AGE_KINDS; kind++) {
        expect_birth((enum age_kind)kind, 10, 0);
        expect_birth((enum age_kind)kind, 11, -1);
        expect_birth((enum age_kind)kind, 20, -1);
    }
    expect_birth(AGE_OF_TICKET, 21, 0);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 21, 15);
}

Test(ticket_ages, solve_and_message_at_one_instant_leave_nothing_behind)
{
    say(event_created("T", minute(0)));
    say(event_question("T", minute(10)));
    say(event_status("T", minute(10), STATUS_SOLVED));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 11, -1);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 11, -1);
}

Test(ticket_ages, move_between_segments_takes_them_along)
{
    say(event_with(event_created("T", minute(0)), "team", "one"));
    say(event_with(event_question("T", minute(10)), "team", "two"));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 11, 0);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 11, 10);
    cr_expect_eq(open_of(AGE_OF_TICKET, minute(0), 11, "one"), 0);
    cr_expect_eq(open_of(AGE_OF_TICKET, minute(0), 11, "two"), 1);
    cr_expect_eq(open_of(AGE_OF_CUSTOMER_MESSAGE, minute(0), 11, "one"), 0);
    cr_expect_eq(open_of(AGE_OF_CUSTOMER_MESSAGE, minute(10), 11, "two"), 1);
}

Test(ticket_ages, cancelled_ticket_leaves_and_a_restored_one_comes_back)
{
    say(event_created("T", minute(0)));
    say(event_of("T", minute(10), TICKET_EVENT_PAYLOAD_TICKET_DELETED));
    say(event_question("T", minute(12)));
    say(event_of("T", minute(20), TICKET_EVENT_PAYLOAD_TICKET_RESTORED));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 11, -1);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 20, -1);
    expect_birth(AGE_OF_TICKET, 21, 0);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 21, 12);
}

Test(ticket_ages, late_creation_has_its_own_birth)
{
    say(event_question("T", minute(50)));
    say_late(event_created("T", minute(5)));
    scene_end(s);
    expect_birth(AGE_OF_TICKET, 200, 5);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 200, 50);
}

Test(ticket_ages, late_message_that_is_older_changes_nothing)
{
    say(event_created("T", minute(0)));
    say(event_question("T", minute(50)));
    say_late(event_question("T", minute(20)));
    scene_end(s);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 200, 50);
}

Test(ticket_ages, late_message_that_is_the_last_moves_the_birth)
{
    say(event_created("T", minute(0)));
    say(event_question("T", minute(50)));
    say_late(event_question("T", minute(60)));
    scene_end(s);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 60, 50);
    expect_birth(AGE_OF_CUSTOMER_MESSAGE, 61, 60);
}

/* It enters when the ticket last moved, as its level does. */
Test(ticket_ages, late_solve_takes_out_what_is_in)
{
    say(event_created("T", minute(0)));
    say(event_with(event_question("T", minute(50)), "team", "two"));
    say_late(event_status("T", minute(30), STATUS_SOLVED));
    scene_end(s);
    cr_expect_eq(open_of(AGE_OF_TICKET, 0, 50, NULL), 1);
    for (int kind = 0; kind < AGE_KINDS; kind++) {
        expect_birth((enum age_kind)kind, 200, -1);
        cr_expect_eq(open_of((enum age_kind)kind, 0, 200, "two"), 0);
        cr_expect_eq(open_of((enum age_kind)kind, 0, 200, ""), 0);
    }
}

Test(ticket_ages, without_creation_are_none)
{
    say(event_question("T", minute(0)));
    say(event_status("T", minute(1), STATUS_OPEN));
    scene_end(s);
    cr_expect_eq(open_of(AGE_OF_TICKET, 0, 200, NULL), 0);
    cr_expect_eq(open_of(AGE_OF_CUSTOMER_MESSAGE, 0, 200, NULL), 0);
}
