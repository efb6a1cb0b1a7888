/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages: first responses, and cycles of customer message -> human reply (rules 6 and 13).
 *
 * A cycle opens with the oldest unanswered customer message and closes with the next human reply,
 * which is counted, or with a solve, which is not. A late message opens one only if nothing after
 * it has answered already; a late reply closes one only if it came after its start. A late reply
 * that is older than the recorded first one takes its place.
 */
#include "aggregators/tickets/applying.h"

static evtime_ms
cycle_start(const struct applying *a)
{
    const struct talk *talk = ticket_talk(a->rules->store, a->ticket);

    if (a->ticket->cycle_from_creation)
        return evtime48_get(a->ticket->created_at);
    return talk != NULL ? evtime48_get(talk->cycle_start) : EVTIME_NONE;
}

evtime_ms
last_customer_message(const struct applying *a)
{
    const struct ticket *t = a->ticket;
    const struct talk *talk = ticket_talk(a->rules->store, t);
    evtime_ms creation = t->opened_by_customer ? evtime48_get(t->created_at) : EVTIME_NONE;
    evtime_ms message = talk != NULL ? evtime48_get(talk->last_customer) : EVTIME_NONE;

    return creation > message ? creation : message;
}

/* A creation by a customer and a customer message of the same instant are one cycle, also after it
 * was closed. */
static bool
is_said_twice(struct applying *a, const struct talk *talk, bool by_creation)
{
    if (!by_creation)
        return a->ticket->creation_opened && evtime48_get(a->ticket->created_at) == a->t;
    if (talk == NULL || evtime48_get(talk->last_cycle) != a->t)
        return false;
    a->ticket->creation_opened = 1;
    return true;
}

void
cycle_open(struct applying *a)
{
    const struct talk *talk = ticket_talk(a->rules->store, a->ticket);
    const struct work *work = ticket_work(a->rules->store, a->ticket);
    bool by_creation = a->event->payload.kind == TICKET_EVENT_PAYLOAD_TICKET_CREATED;
    struct talk *made;

    if (cycle_start(a) != EVTIME_NONE || is_said_twice(a, talk, by_creation))
        return;
    if ((talk != NULL && a->t < evtime48_get(talk->last_reply)) ||
        (work != NULL && a->t < evtime48_get(work->last_solve))) {
        a->rules->counters->late_approximate++;
        return;
    }
    a->ticket->creation_opened |= by_creation;
    if (talk == NULL && by_creation) {
        a->ticket->cycle_from_creation = 1;
        return;
    }
    made = ticket_make_talk(a->rules->store, a->ticket);
    made->cycle_start = made->last_cycle = evtime48_of(a->t);
}

void
cycle_close(struct applying *a)
{
    struct talk *talk = ticket_talk(a->rules->store, a->ticket);

    a->ticket->cycle_from_creation = 0;
    if (talk != NULL)
        talk->cycle_start = evtime48_of(EVTIME_NONE);
}

static void
customer_message(struct applying *a)
{
    struct ticket *t = a->ticket;
    struct talk *talk = ticket_make_talk(a->rules->store, t);

    talk->customer_messages++;
    if (t->opened_by_agent && a->t >= evtime48_get(t->created_at) &&
        evtime48_is_none(talk->first_customer))
        talk->first_customer = evtime48_of(a->t);
    talk->last_customer = later_of(talk->last_customer, a->t);
    cycle_open(a);
}

/* Where first responses are measured from, or EVTIME_NONE. */
static evtime_ms
first_response_start(const struct ticket *t, const struct talk *talk)
{
    return evtime48_get(t->opened_by_agent ? talk->first_customer : t->created_at);
}

static void
record_first_reply(struct applying *a, struct talk *talk, uint32_t profile, evtime_ms start)
{
    talk->first_reply = evtime48_of(a->t);
    profile_hold(a->rules->profiles, profile);
    ticket_set_profile(a->rules->store, &talk->first_reply_profile, profile);
    a->ticket->first_reply_counted =
        fact_duration(a, profile, DURATION_first_response, a->t - start);
}

/* True if this reply is the ticket's first response. */
static bool
first_reply(struct applying *a, struct talk *talk, uint32_t profile)
{
    evtime_ms start = first_response_start(a->ticket, talk);
    evtime_ms recorded = evtime48_get(talk->first_reply);

    if (start == EVTIME_NONE || a->t < start)
        return false;
    if (recorded == EVTIME_NONE) {
        record_first_reply(a, talk, profile, start);
        return true;
    }
    if (!a->late || a->t >= recorded || a->silent)
        return false;
    a->rules->counters->late_approximate++;
    if (a->ticket->first_reply_counted)
        tally_add_duration(row_at(a, talk->first_reply_profile, recorded, EVTIME_NONE),
                           DURATION_first_response, recorded - start, -1);
    record_first_reply(a, talk, profile, start);
    return true;
}

/* The first answer by people or bot (rule 16). */
static void
first_answer(struct applying *a, uint32_t profile)
{
    struct talk *talk = ticket_make_talk(a->rules->store, a->ticket);
    evtime_ms start = first_response_start(a->ticket, talk);

    if (a->ticket->answered || start == EVTIME_NONE || a->t < start)
        return;
    a->ticket->answered = 1;
    fact_duration(a, profile, DURATION_first_response_any, a->t - start);
}

/* First responses since a bot gave the ticket to people, and since a reopening that no human reply
 * came before. */
static void
first_reply_since(struct applying *a, uint32_t profile)
{
    struct extras *x = ticket_extras(a->rules->store, a->ticket);

    if (x == NULL)
        return;
    if (x->handed_off != EVTIME_NONE && !x->handoff_answered && a->t >= x->handed_off) {
        x->handoff_answered = true;
        fact_duration(a, profile, DURATION_first_response_since_handoff, a->t - x->handed_off);
    }
    if (x->reopened != EVTIME_NONE && a->t >= x->reopened)
        fact_duration(a, profile, DURATION_first_response_since_reopen, a->t - x->reopened);
    x->reopened = EVTIME_NONE;
}

void
apply_handed_off(struct applying *a)
{
    struct extras *x = ticket_make_extras(a->rules->store, a->ticket);

    if (x->handed_off == EVTIME_NONE)
        x->handed_off = a->t;
}

static void
human_reply(struct applying *a, uint32_t profile)
{
    struct talk *talk = ticket_make_talk(a->rules->store, a->ticket);
    evtime_ms start = cycle_start(a);
    bool is_first = first_reply(a, talk, profile);

    first_reply_since(a, profile);
    talk->replies++;
    talk->last_reply = later_of(talk->last_reply, a->t);
    if (start == EVTIME_NONE)
        return;
    if (a->t < start) {
        a->rules->counters->late_approximate++;
        return;
    }
    fact_duration(a, profile, DURATION_response, a->t - start);
    if (!is_first)
        fact_duration(a, profile, DURATION_next_reply, a->t - start);
    cycle_close(a);
}

/* Facts of a human reply are credited to the agent who wrote it (rule 2). With a reference of the
 * caller. */
static uint32_t
credited_profile(struct applying *a)
{
    const struct ticket_event *event = a->event;
    int agent = a->rules->dimension[DIMENSION_AGENT];

    if (agent >= 0 && event->has_actor && event->actor.kind == ACTOR_KIND_AGENT &&
        event->actor.has_id && event->actor.id.n > 0)
        return profile_with(a->rules->profiles, a->ticket->profile, (unsigned)agent,
                            event->actor.id);
    profile_hold(a->rules->profiles, a->ticket->profile);
    return a->ticket->profile;
}

void
apply_message(struct applying *a)
{
    const struct message_posted *m = &a->event->payload.u.message_posted;
    uint32_t profile;

    if (m->visibility != VISIBILITY_PUBLIC || m->auto_response)
        return;
    if (m->author_kind == AUTHOR_KIND_CUSTOMER)
        customer_message(a);
    if (m->author_kind == AUTHOR_KIND_BOT)
        first_answer(a, a->ticket->profile);
    if (m->author_kind != AUTHOR_KIND_AGENT)
        return;
    profile = credited_profile(a);
    first_answer(a, profile);
    human_reply(a, profile);
    profile_release(a->rules->profiles, profile);
}
