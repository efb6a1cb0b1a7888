/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creation, status, solves, and what hangs on them (rules 4, 5, 7, 8, 10, 11).
 *
 * A solve is counted where the ticket is solved. If an earlier solve was counted, one more row
 * takes it back in those windows that hold both: so a window has each ticket once, at its last
 * solve there, and the engine need not know the windows.
 */
#include "aggregators/tickets/applying.h"

static bool
is_solved(enum status status)
{
    return status == STATUS_SOLVED || status == STATUS_CLOSED;
}

/* Time per status is kept by kind: new and open are one, solved and closed are not kept. */
static struct evtime48 *
spent_in(struct spent *spent, enum status status)
{
    switch (status) {
    case STATUS_PENDING:
        return &spent->pending;
    case STATUS_HOLD:
        return &spent->hold;
    case STATUS_NEW:
    case STATUS_OPEN:
        return &spent->work;
    case STATUS_UNKNOWN:
    case STATUS_SOLVED:
    case STATUS_CLOSED:
        break;
    }
    return NULL;
}

/* The present stretch ends at the event's time; time before the creation does not count. */
static void
end_stretch(struct applying *a)
{
    struct ticket *t = a->ticket;
    evtime_ms start = evtime48_get(t->stretch_start);

    if (!evtime48_is_none(t->created_at) && a->t > start) {
        struct work *work = ticket_make_work(a->rules->store, t);
        struct evtime48 *spent = spent_in(&work->spent, (enum status)t->status);

        if (spent != NULL)
            *spent = evtime48_of(evtime48_get(*spent) + a->t - start);
    }
    t->stretch_start = later_of(t->stretch_start, a->t);
}

/* The four durations that hang on a counted solve. */
enum { SOLVE_DURATIONS = 4 };

static const enum duration solve_durations[SOLVE_DURATIONS] = {
    DURATION_resolution, DURATION_resolution_excluding_wait, DURATION_agent_work,
    DURATION_requester_wait};

static void
durations_of(const struct ticket *t, const struct spent *spent, evtime_ms solve, dur_ms *ret)
{
    dur_ms total = solve - evtime48_get(t->created_at);

    ret[0] = total;
    ret[1] = total - evtime48_get(spent->pending);
    ret[2] = evtime48_get(spent->work);
    ret[3] = evtime48_get(spent->work) + evtime48_get(spent->hold);
}

/* Time in pending and hold, and all time unsolved: what pause_share is made of. */
static void
add_pauses(struct tally *row, const struct spent *spent, int64_t count)
{
    dur_ms paused = evtime48_get(spent->pending) + evtime48_get(spent->hold);

    tally_add(row, MEASURE_paused_ms, paused * count);
    tally_add(row, MEASURE_unsolved_ms, (paused + evtime48_get(spent->work)) * count);
}

/* One taking-back row: the earlier solve, in windows that hold this one too. */
static void
take_back_solve(struct applying *a, struct work *work)
{
    evtime_ms earlier = evtime48_get(work->counted_at);
    struct tally *row = row_at(a, work->counted_profile, earlier, a->t);
    dur_ms durations[SOLVE_DURATIONS];

    tally_add(row, MEASURE_solved, -1);
    tally_add(row, MEASURE_solved_replies, -(int64_t)work->counted_replies);
    tally_add(row, MEASURE_solved_customer_messages, -(int64_t)work->counted_customer_messages);
    tally_add(row, MEASURE_solved_handoffs, -(int64_t)work->counted_handoffs);
    if (!a->ticket->counted_created)
        return;
    add_pauses(row, &work->counted_spent, -1);
    durations_of(a->ticket, &work->counted_spent, earlier, durations);
    for (int i = 0; i < SOLVE_DURATIONS; i++)
        if (durations[i] >= 0)
            tally_add_duration(row, solve_durations[i], durations[i], -1);
}

/* What is counted at every solve event, whether the ticket is solved for the first time or again
 * (rule 16). */
static void
count_solve_event(struct applying *a, const struct talk *talk)
{
    const struct extras *x = ticket_extras(a->rules->store, a->ticket);
    uint32_t profile = a->ticket->profile;

    fact(a, profile, MEASURE_solve_events, 1);
    if (talk->replies == 0)
        fact(a, profile, MEASURE_solves_without_reply, 1);
    if (x != NULL && x->sentiment.n >= 2) {
        fact(a, profile, MEASURE_sentiment_changes, 1);
        fact(a, profile, MEASURE_sentiment_change_sum, x->sentiment.last - x->sentiment.first);
    }
}

static void
count_solve(struct applying *a, struct work *work)
{
    static const struct talk no_talk;
    struct ticket *t = a->ticket;
    const struct talk *talk = ticket_talk(a->rules->store, t);
    bool created = !evtime48_is_none(t->created_at);
    dur_ms durations[SOLVE_DURATIONS];

    if (talk == NULL)
        talk = &no_talk;
    if (!evtime48_is_none(work->counted_at))
        take_back_solve(a, work);
    count_solve_event(a, talk);
    fact(a, t->profile, MEASURE_solved, 1);
    fact(a, t->profile, MEASURE_solved_replies, talk->replies);
    fact(a, t->profile, MEASURE_solved_customer_messages, talk->customer_messages);
    fact(a, t->profile, MEASURE_solved_handoffs, talk->handoffs);
    if (created) {
        add_pauses(fact_row(a, t->profile), &work->spent, 1);
        durations_of(t, &work->spent, a->t, durations);
        for (int i = 0; i < SOLVE_DURATIONS; i++)
            fact_duration(a, t->profile, solve_durations[i], durations[i]);
        if (!t->solved_before)
            fact_duration(a, t->profile, DURATION_first_resolution, durations[0]);
    }
    work->counted_at = evtime48_of(a->t);
    work->counted_spent = work->spent;
    work->counted_replies = talk->replies;
    work->counted_customer_messages = talk->customer_messages;
    work->counted_handoffs = talk->handoffs;
    profile_hold(a->rules->profiles, t->profile);
    ticket_set_profile(a->rules->store, &work->counted_profile, t->profile);
    t->counted_created = created;
}

static void
solve(struct applying *a)
{
    struct work *work = ticket_make_work(a->rules->store, a->ticket);

    if (!a->silent)
        count_solve(a, work);
    work->last_solve = later_of(work->last_solve, a->t);
    a->ticket->solved_before = 1;
    cycle_close(a);
}

static void
reopen(struct applying *a)
{
    const struct talk *talk = ticket_talk(a->rules->store, a->ticket);

    fact(a, a->ticket->profile, MEASURE_reopens, 1);
    if (talk == NULL || talk->replies == 0)
        ticket_make_extras(a->rules->store, a->ticket)->reopened = a->t;
}

/* The ticket goes from its status into another one at the event's time. */
static void
step(struct applying *a, enum status to)
{
    struct ticket *t = a->ticket;
    enum status from = (enum status)t->status;

    end_stretch(a);
    t->status = to & 7;
    if (to == STATUS_CLOSED && from != STATUS_CLOSED)
        fact(a, t->profile, MEASURE_closed_events, 1);
    if (is_solved(to) && !is_solved(from))
        solve(a);
    if (!is_solved(to) && is_solved(from))
        reopen(a);
}

void
apply_status(struct applying *a)
{
    const struct ticket_status_changed *p = &a->event->payload.u.ticket_status_changed;
    struct ticket *t = a->ticket;

    if (p->to == STATUS_UNKNOWN) {
        a->rules->counters->unknown_status++;
        return;
    }
    if (!is_newer(a, t->status_mark)) {
        a->rules->counters->late_approximate++;
        return;
    }
    a->rules->counters->status_mismatch += p->has_from && (unsigned)p->from != t->status;
    t->status_mark = later_of(t->status_mark, a->t);
    t->status_reached = 1;
    if ((unsigned)p->to != t->status)
        step(a, p->to);
}

/* The status that the creation brings, unless an event before it in the order has set one (rule
 * 10). */
static void
first_status(struct applying *a, enum status status)
{
    struct ticket *t = a->ticket;

    if (t->status_reached)
        return;
    t->status_mark = later_of(t->status_mark, a->t);
    if (status == STATUS_UNKNOWN) {
        a->rules->counters->unknown_status++;
        return;
    }
    t->status_reached = 1;
    if ((unsigned)status != t->status)
        step(a, status);
}

void
apply_created(struct applying *a)
{
    const struct ticket_created *p = &a->event->payload.u.ticket_created;
    struct ticket *t = a->ticket;

    if (a->again) {
        a->rules->counters->created_again++;
        return;
    }
    t->created_at = evtime48_of(a->t);
    t->opened_by_agent = p->initiated_by == INITIATED_BY_AGENT;
    t->opened_by_customer = p->initiated_by == INITIATED_BY_CUSTOMER;
    t->stretch_start = later_of(t->stretch_start, a->t);
    if (fact(a, t->profile, MEASURE_volume, 1)) {
        profile_hold(a->rules->profiles, t->profile);
        ticket_set_profile(a->rules->store, &t->volume_profile, t->profile);
    }
    if (p->initiated_by == INITIATED_BY_CUSTOMER)
        cycle_open(a);
    first_status(a, p->status);
}

/* Without a kind that we know, every assignment but the ticket's first is one. */
static bool
is_handoff(const struct ticket *t, const struct ticket_assigned *p)
{
    if (!p->has_kind || p->kind == ASSIGNMENT_KIND_UNKNOWN)
        return t->assigned;
    return p->kind == ASSIGNMENT_KIND_TRANSFER || p->kind == ASSIGNMENT_KIND_REQUEUE;
}

void
apply_assigned(struct applying *a)
{
    const struct ticket_assigned *p = &a->event->payload.u.ticket_assigned;
    struct ticket *t = a->ticket;
    struct talk *talk = ticket_make_talk(a->rules->store, t);

    if (!is_newer(a, talk->assign_mark)) {
        a->rules->counters->late_approximate++;
        return;
    }
    talk->assign_mark = later_of(talk->assign_mark, a->t);
    talk->handoffs += is_handoff(t, p);
    t->assigned = 1;
}

void
apply_escalated(struct applying *a)
{
    fact(a, a->ticket->profile, MEASURE_escalations, 1);
    if (!a->ticket->escalated)
        fact(a, a->ticket->profile, MEASURE_first_escalations, 1);
    a->ticket->escalated = 1;
}

/* The volume leaves, or comes back to, the windows and the segment in which it was counted (rules 3
 * and 11). */
static void
move_volume(struct applying *a, int64_t count)
{
    tally_add(
        row_at(a, a->ticket->volume_profile, evtime48_get(a->ticket->created_at), EVTIME_NONE),
        MEASURE_volume, count);
    a->ticket->volume_taken = count < 0;
}

static bool
may_cancel(struct applying *a)
{
    struct extras *x = ticket_make_extras(a->rules->store, a->ticket);

    if (a->late && a->t < x->cancel_mark) {
        a->rules->counters->late_approximate++;
        return false;
    }
    x->cancel_mark = a->t > x->cancel_mark ? a->t : x->cancel_mark;
    return true;
}

void
apply_cancel(struct applying *a)
{
    if (!may_cancel(a))
        return;
    a->ticket->cancelled = 1;
    if (a->ticket->volume_profile != 0 && !a->ticket->volume_taken)
        move_volume(a, -1);
}

void
apply_restored(struct applying *a)
{
    if (!may_cancel(a))
        return;
    a->ticket->cancelled = 0;
    if (a->ticket->volume_taken)
        move_volume(a, 1);
}
