/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of a ticket engine as records, and back.
 *
 *   partition              PartitionState    watermark, engine time, last edge
 *   rows                   PartialBatch      observations that were not handed over
 *   duplicates/N           DuplicatesState   in pieces
 *   ticket/TENANT/ID       TicketState       one per ticket; / and \ of the tenant behind a \
 *
 * A saved ticket names its profiles by their place in a list of its own, so that a record stands
 * for itself.
 */
#include "schemas/ticket_state.h"

#include "aggregators/tickets/ticket_engine.h"
#include "aggregators/tickets/ticket_engine_parts.h"
#include "base/check.h"
#include "base/mem.h"
#include "schemas/codec/encode.h"
#include "schemas/duplicates_state.h"
#include "schemas/partition_state.h"

enum {
    STATE_VERSION = 1,
    PIECE_HASHES = 16384,           /* of a duplicates record: about 300 KB */
    PROFILES_MAX = 4 + SURVEY_KINDS /* that a ticket without reviews remembers */
};

/* Bits of TicketState.flags: never change, they lie in stored state. */
#define TICKET_FLAGS(X)                                                                            \
    X(0, status_reached)                                                                           \
    X(1, opened_by_agent)                                                                          \
    X(2, in_level)                                                                                 \
    X(3, cancelled)                                                                                \
    X(4, escalated)                                                                                \
    X(5, assigned)                                                                                 \
    X(6, volume_taken)                                                                             \
    X(7, first_reply_counted)                                                                      \
    X(8, solved_before)                                                                            \
    X(9, counted_created)                                                                          \
    X(10, cycle_from_creation)                                                                     \
    X(11, creation_opened)                                                                         \
    X(12, opened_by_customer)                                                                      \
    X(13, answered)

struct saving {
    struct ticket_engine *e;
    state_record_fn *take;
    void *context;
    struct arena arena;
    struct strbuf key;
    struct strbuf body;
    struct duplicates_state duplicates;
    int piece;
};

static void
emit(struct saving *s, const struct avro_desc *desc, const void *value)
{
    strbuf_clear(&s->body);
    avro_encode(desc, value, &s->body);
    s->take(s->context, strbuf_str(&s->key), strbuf_str(&s->body));
}

static void
save_partition(struct saving *s)
{
    const struct ticket_engine *e = s->e;
    struct partition_state p = {.state_version = STATE_VERSION,
                                .fingerprint = (int64_t)e->settings->fingerprint,
                                .source_topic = e->source_topic_text,
                                .source_partition = e->source_partition,
                                .has_watermark = e->w != EVTIME_NONE,
                                .watermark = e->w,
                                .has_engine_time = e->now != EVTIME_NONE,
                                .engine_time = e->now,
                                .edge = e->edge,
                                .has_oldest_held = hold_count(e->hold) > 0,
                                .oldest_held = (int64_t)hold_oldest_position(e->hold)};

    strbuf_clear(&s->key);
    strbuf_add(&s->key, STR("partition"));
    emit(s, &partition_state_desc, &p);
}

static void
save_rows(struct saving *s)
{
    struct partial_batch batch = {.hop_version = HOP_VERSION,
                                  .source_topic = s->e->source_topic_text,
                                  .source_partition = s->e->source_partition,
                                  .pieces = 1,
                                  .fingerprint = (int64_t)s->e->settings->hop_fingerprint};

    strbuf_clear(&s->key);
    strbuf_add(&s->key, STR("rows"));
    partials_describe(s->e->rules.partials, &s->arena, &batch);
    emit(s, &partial_batch_desc, &batch);
}

static void
end_piece(struct saving *s)
{
    if (s->duplicates.hashes.n == 0)
        return;
    strbuf_clear(&s->key);
    strbuf_addf(&s->key, "duplicates/%d", s->piece++);
    emit(s, &duplicates_state_desc, &s->duplicates);
    s->duplicates.hashes.n = s->duplicates.until.n = 0;
}

static void
save_hash(void *context, uint64_t hash, evtime_ms until)
{
    struct saving *s = context;

    if (s->duplicates.hashes.n == PIECE_HASHES)
        end_piece(s);
    s->duplicates.hashes.v[s->duplicates.hashes.n++] = (int64_t)hash;
    s->duplicates.until.v[s->duplicates.until.n++] = until;
}

static void
save_duplicates(struct saving *s)
{
    s->duplicates.hashes.v = arena_alloc(&s->arena, PIECE_HASHES, sizeof(int64_t));
    s->duplicates.until.v = arena_alloc(&s->arena, PIECE_HASHES, sizeof(evtime_ms));
    duplicates_each(s->e->duplicates, s->e->now, save_hash, s);
    end_piece(s);
}

/* The place of the profile in the record's list, -1 for none. */
static int32_t
place_of(struct saving *s, struct ticket_state *state, uint32_t *names, size_t cap,
         uint32_t profile)
{
    struct partial_profile described;

    if (profile == 0)
        return -1;
    for (size_t i = 0; i < state->profiles.n; i++)
        if (names[i] == profile)
            return (int32_t)i;
    CHECK(state->profiles.n < cap);
    profile_describe(s->e->rules.profiles, profile, &s->arena, &described);
    names[state->profiles.n] = profile;
    state->profiles.v[state->profiles.n] =
        (struct ticket_profile){.tenant = described.tenant,
                                .values = {described.values.v, described.values.n},
                                .issue_types = {described.issue_types.v, described.issue_types.n}};
    return (int32_t)state->profiles.n++;
}

static struct ticket_spent
spent_out(const struct spent *spent)
{
    return (struct ticket_spent){.work = evtime48_get(spent->work),
                                 .pending = evtime48_get(spent->pending),
                                 .hold = evtime48_get(spent->hold)};
}

static struct spent
spent_in(const struct ticket_spent *spent)
{
    return (struct spent){.work = evtime48_of(spent->work),
                          .pending = evtime48_of(spent->pending),
                          .hold = evtime48_of(spent->hold)};
}

/* A nullable instant of a state record from and to its six bytes. */
#define OUT(record, from, name)                                                                    \
    ((record)->name = evtime48_get((from)->name),                                                  \
     (record)->has_##name = !evtime48_is_none((from)->name))
#define IN(to, record, name)                                                                       \
    ((to)->name = evtime48_of((record)->has_##name ? (record)->name : EVTIME_NONE))

static void
talk_out(const struct talk *talk, struct ticket_talk *ret)
{
    OUT(ret, talk, assign_mark);
    OUT(ret, talk, cycle_start);
    OUT(ret, talk, last_reply);
    OUT(ret, talk, first_reply);
    OUT(ret, talk, first_customer);
    OUT(ret, talk, last_cycle);
    OUT(ret, talk, last_customer);
    ret->replies = talk->replies;
    ret->customer_messages = talk->customer_messages;
    ret->handoffs = talk->handoffs;
}

static void
work_out(const struct work *work, struct ticket_work *ret)
{
    ret->spent = spent_out(&work->spent);
    OUT(ret, work, last_solve);
    OUT(ret, work, counted_at);
    ret->has_counted_spent = ret->has_counted_at;
    if (ret->has_counted_spent)
        ret->counted_spent = spent_out(&work->counted_spent);
    ret->counted_replies = work->counted_replies;
    ret->counted_customer_messages = work->counted_customer_messages;
    ret->counted_handoffs = work->counted_handoffs;
}

struct names {
    uint32_t *v;
    size_t cap;
};

static void
feedback_out(struct saving *s, const struct extras *x, struct ticket_state *ret,
             const struct names *names)
{
    ret->answers.v = arena_alloc(&s->arena, SURVEY_KINDS, sizeof(*ret->answers.v));
    for (int kind = 0; kind < SURVEY_KINDS; kind++) {
        const struct answer *answer = &x->answers[kind];

        if (answer->at != EVTIME_NONE)
            ret->answers.v[ret->answers.n++] = (struct ticket_answer){
                .kind = kind,
                .at = answer->at,
                .score = answer->score,
                .positive = answer->positive,
                .profile = place_of(s, ret, names->v, names->cap, answer->profile)};
    }
    ret->reviews.v = arena_alloc(&s->arena, x->n_reviews, sizeof(*ret->reviews.v));
    for (size_t i = 0; i < x->n_reviews; i++)
        ret->reviews.v[ret->reviews.n++] = (struct ticket_review){
            .review_id = x->reviews[i].id != 0
                             ? ticket_store_text(s->e->rules.store, x->reviews[i].id)
                             : STR(""),
            .at = x->reviews[i].at,
            .points = x->reviews[i].points,
            .possible = x->reviews[i].possible,
            .profile = place_of(s, ret, names->v, names->cap, x->reviews[i].profile)};
    ret->offers.v = arena_alloc(&s->arena, x->n_offers, sizeof(*ret->offers.v));
    for (size_t i = 0; i < x->n_offers; i++)
        ret->offers.v[ret->offers.n++] = (struct ticket_offer){
            .survey_id = x->offers[i].survey_id != 0
                             ? ticket_store_text(s->e->rules.store, x->offers[i].survey_id)
                             : STR(""),
            .at = x->offers[i].at,
            .has_delay = x->offers[i].delay >= 0,
            .delay = x->offers[i].delay,
            .profile = place_of(s, ret, names->v, names->cap, x->offers[i].profile)};
}

static void
extras_out(struct saving *s, const struct extras *x, struct ticket_state *ret,
           const struct names *names)
{
    ret->has_cancel_mark = x->cancel_mark != EVTIME_NONE;
    ret->cancel_mark = x->cancel_mark;
    ret->has_handed_off = x->handed_off != EVTIME_NONE;
    ret->handed_off = x->handed_off;
    ret->handoff_answered = x->handoff_answered;
    ret->has_reopened = x->reopened != EVTIME_NONE;
    ret->reopened = x->reopened;
    ret->has_sentiment = x->sentiment.n > 0;
    ret->sentiment = (struct ticket_sentiment){.n = x->sentiment.n,
                                               .first = x->sentiment.first,
                                               .last = x->sentiment.last,
                                               .first_at = x->sentiment.first_at,
                                               .last_at = x->sentiment.last_at};
    feedback_out(s, x, ret, names);
}

/* Escaped, so that it ends where it ends. */
static void
add_tenant(struct strbuf *key, struct str tenant)
{
    for (size_t i = 0; i < tenant.n; i++) {
        if (tenant.p[i] == '/' || tenant.p[i] == '\\')
            strbuf_add_char(key, '\\');
        strbuf_add_char(key, tenant.p[i]);
    }
    strbuf_add_char(key, '/');
}

static void
save_ticket(void *context, uint32_t number)
{
    struct saving *s = context;
    const struct ticket_store *store = s->e->rules.store;
    const struct ticket *t = ticket_get(store, number);
    const struct extras *x = ticket_extras(store, t);
    struct ticket_state state = {.ticket_id = ticket_id(store, t), .status = (int32_t)t->status};
    struct names names = {.cap = PROFILES_MAX + (x != NULL ? x->n_reviews + x->n_offers : 0)};

    arena_reset(&s->arena);
    names.v = arena_alloc(&s->arena, names.cap, sizeof(*names.v));
    state.profiles.v = arena_alloc(&s->arena, names.cap, sizeof(*state.profiles.v));
    state.profile = place_of(s, &state, names.v, names.cap, t->profile);
    state.volume_profile = place_of(s, &state, names.v, names.cap, t->volume_profile);
    OUT(&state, t, created_at);
    OUT(&state, t, stretch_start);
    OUT(&state, t, status_mark);
    OUT(&state, t, attrs_mark);
    OUT(&state, t, level_at);
    state.last_event = evtime48_get(t->last_event);
#define FLAG(bit, name) state.flags |= (int32_t)t->name << (bit);
    TICKET_FLAGS(FLAG)
#undef FLAG
    state.has_talk = t->talk != 0;
    if (state.has_talk) {
        talk_out(ticket_talk(store, t), &state.talk);
        state.talk.first_reply_profile =
            place_of(s, &state, names.v, names.cap, ticket_talk(store, t)->first_reply_profile);
    }
    state.has_work = t->work != 0;
    if (state.has_work) {
        work_out(ticket_work(store, t), &state.work);
        state.work.counted_profile =
            place_of(s, &state, names.v, names.cap, ticket_work(store, t)->counted_profile);
    }
    if (x != NULL)
        extras_out(s, x, &state, &names);
    strbuf_clear(&s->key);
    strbuf_add(&s->key, STR("ticket/"));
    add_tenant(&s->key, profile_tenant_text(s->e->rules.profiles, t->profile));
    strbuf_add(&s->key, state.ticket_id);
    emit(s, &ticket_state_desc, &state);
}

void
ticket_engine_save(struct ticket_engine *e, state_record_fn *take, void *context)
{
    struct saving s = {.e = e, .take = take, .context = context};

    ticket_engine_drain(e);
    save_partition(&s);
    save_rows(&s);
    save_duplicates(&s);
    ticket_store_each(e->rules.store, save_ticket, &s);
    arena_fini(&s.arena);
    strbuf_fini(&s.key);
    strbuf_fini(&s.body);
}

static void
load_partition(struct ticket_engine *e, const void *record)
{
    const struct partition_state *p = record;

    e->w = p->has_watermark ? p->watermark : EVTIME_NONE;
    e->now = p->has_engine_time ? p->engine_time : EVTIME_NONE;
    e->edge = p->edge;
}

static void
load_rows(struct ticket_engine *e, const void *record)
{
    partials_restore(e->rules.partials, record);
}

static void
load_duplicates(struct ticket_engine *e, const void *record)
{
    const struct duplicates_state *d = record;

    for (size_t i = 0; i < d->hashes.n && i < d->until.n; i++)
        duplicates_restore(e->duplicates, (uint64_t)d->hashes.v[i], d->until.v[i]);
}

/* The profile at a place of the record's list, with a reference; 0 for none. */
static uint32_t
profile_at(struct ticket_engine *e, const struct ticket_state *state, int32_t place)
{
    const struct ticket_profile *p;

    if (place < 0)
        return 0;
    CHECK((size_t)place < state->profiles.n);
    p = &state->profiles.v[place];
    return profile_of_description(
        e->rules.profiles,
        &(struct partial_profile){.tenant = p->tenant,
                                  .values = {p->values.v, p->values.n},
                                  .issue_types = {p->issue_types.v, p->issue_types.n}});
}

static void
talk_in(struct ticket_engine *e, const struct ticket_state *state, struct talk *talk)
{
    const struct ticket_talk *from = &state->talk;

    IN(talk, from, assign_mark);
    IN(talk, from, cycle_start);
    IN(talk, from, last_reply);
    IN(talk, from, first_reply);
    IN(talk, from, first_customer);
    IN(talk, from, last_cycle);
    IN(talk, from, last_customer);
    talk->first_reply_profile = profile_at(e, state, from->first_reply_profile);
    talk->replies = (uint32_t)from->replies;
    talk->customer_messages = (uint32_t)from->customer_messages;
    talk->handoffs = (uint32_t)from->handoffs;
}

static void
work_in(struct ticket_engine *e, const struct ticket_state *state, struct work *work)
{
    const struct ticket_work *from = &state->work;

    work->spent = spent_in(&from->spent);
    IN(work, from, last_solve);
    IN(work, from, counted_at);
    if (from->has_counted_spent)
        work->counted_spent = spent_in(&from->counted_spent);
    work->counted_profile = profile_at(e, state, from->counted_profile);
    work->counted_replies = (uint32_t)from->counted_replies;
    work->counted_customer_messages = (uint32_t)from->counted_customer_messages;
    work->counted_handoffs = (uint32_t)from->counted_handoffs;
}

static void
feedback_in(struct ticket_engine *e, const struct ticket_state *state, struct extras *x)
{
    for (size_t i = 0; i < state->answers.n; i++) {
        const struct ticket_answer *from = &state->answers.v[i];

        CHECK(from->kind >= 0 && from->kind < SURVEY_KINDS);
        x->answers[from->kind] = (struct answer){.at = from->at,
                                                 .score = from->score,
                                                 .positive = from->positive,
                                                 .profile = profile_at(e, state, from->profile)};
    }
    x->reviews = mem_new(state->reviews.n, sizeof(*x->reviews));
    x->n_reviews = x->cap_reviews = state->reviews.n;
    for (size_t i = 0; i < state->reviews.n; i++) {
        const struct ticket_review *from = &state->reviews.v[i];

        x->reviews[i] = (struct review){.at = from->at,
                                        .points = from->points,
                                        .possible = from->possible,
                                        .profile = profile_at(e, state, from->profile)};
        if (from->review_id.n > 0)
            x->reviews[i].id = ticket_store_text_add(e->rules.store, from->review_id);
    }
    x->offers = mem_new(state->offers.n, sizeof(*x->offers));
    x->n_offers = x->cap_offers = state->offers.n;
    for (size_t i = 0; i < state->offers.n; i++) {
        const struct ticket_offer *from = &state->offers.v[i];

        x->offers[i] = (struct offer){.at = from->at,
                                      .delay = from->has_delay ? from->delay : -1,
                                      .profile = profile_at(e, state, from->profile)};
        if (from->survey_id.n > 0)
            x->offers[i].survey_id = ticket_store_text_add(e->rules.store, from->survey_id);
    }
}

static void
extras_in(struct ticket_engine *e, const struct ticket_state *state, struct extras *x)
{
    if (state->has_cancel_mark)
        x->cancel_mark = state->cancel_mark;
    if (state->has_handed_off)
        x->handed_off = state->handed_off;
    x->handoff_answered = state->handoff_answered;
    if (state->has_reopened)
        x->reopened = state->reopened;
    if (state->has_sentiment)
        x->sentiment = (struct sentiment){.n = (uint32_t)state->sentiment.n,
                                          .first = state->sentiment.first,
                                          .last = state->sentiment.last,
                                          .first_at = state->sentiment.first_at,
                                          .last_at = state->sentiment.last_at};
    feedback_in(e, state, x);
}
static bool
has_extras(const struct ticket_state *state)
{
    return state->has_cancel_mark || state->has_handed_off || state->has_reopened ||
           state->has_sentiment || state->answers.n > 0 || state->reviews.n > 0 ||
           state->offers.n > 0;
}

static void
load_ticket(struct ticket_engine *e, const void *record)
{
    const struct ticket_state *state = record;
    struct ticket_store *store = e->rules.store;
    uint32_t profile = profile_at(e, state, state->profile);
    uint64_t hash = ticket_hash(profile_tenant_text(e->rules.profiles, profile), state->ticket_id);
    uint32_t number = ticket_store_add(store, state->ticket_id, hash, profile);
    struct ticket *t = ticket_get(store, number);

    t->volume_profile = profile_at(e, state, state->volume_profile);
    IN(t, state, created_at);
    IN(t, state, stretch_start);
    IN(t, state, status_mark);
    IN(t, state, attrs_mark);
    IN(t, state, level_at);
    t->last_event = evtime48_of(state->last_event);
    t->status = (unsigned)state->status & 7;
#define FLAG(bit, name) t->name = (unsigned)state->flags >> (bit)&1;
    TICKET_FLAGS(FLAG)
#undef FLAG
    if (state->has_talk) {
        unsigned from_creation = t->cycle_from_creation;

        t->cycle_from_creation = 0;
        talk_in(e, state, ticket_make_talk(store, t));
        CHECK(!from_creation);
    }
    if (state->has_work)
        work_in(e, state, ticket_make_work(store, t));
    if (has_extras(state))
        extras_in(e, state, ticket_make_extras(store, t));
}

static const struct {
    struct str prefix;
    const struct avro_desc *desc;
    size_t size;
    void (*load)(struct ticket_engine *e, const void *record);
} kinds[STATE_KINDS] = {
    {{"partition", 9}, &partition_state_desc, sizeof(struct partition_state), load_partition},
    {{"rows", 4}, &partial_batch_desc, sizeof(struct partial_batch), load_rows},
    {{"duplicates/", 11}, &duplicates_state_desc, sizeof(struct duplicates_state), load_duplicates},
    {{"ticket/", 7}, &ticket_state_desc, sizeof(struct ticket_state), load_ticket},
};

enum err
ticket_engine_load(struct ticket_engine *e, struct str key, struct str body, struct error *reterr)
{
    enum decode_result result;
    void *record;
    int kind = 0;

    while (kind < STATE_KINDS && !str_starts(key, kinds[kind].prefix))
        kind++;
    if (kind == STATE_KINDS)
        return error_set(reterr, ERR_SCHEMA, "state record \"%.*s\": no such kind in this version",
                         STR_ARG(key));
    if (e->plans[kind] == NULL) {
        const struct avro_desc *desc = kinds[kind].desc;
        enum err err =
            plan_compile(str_of(desc->avsc, desc->avsc_len), desc, &e->plans[kind], reterr);

        if (err != ERR_NONE)
            return err;
    }
    arena_reset(&e->arena);
    record = arena_alloc(&e->arena, 1, kinds[kind].size);
    result = plan_decode(e->plans[kind], body, &e->arena, record, NULL);
    if (result != DECODE_OK)
        return error_set(reterr, ERR_SCHEMA, "state record \"%.*s\" cannot be read: %s",
                         STR_ARG(key), decode_result_sentence(result));
    kinds[kind].load(e, record);
    e->was_loaded = true;
    return ERR_NONE;
}

void
ticket_engine_restore(struct ticket_engine *e, const struct ticket_event *event, struct str body,
                      const struct plan *plan, uint64_t position)
{
    evtime_ms t = event->occurred_at;

    if (event->test || event->payload.kind == TICKET_EVENT_PAYLOAD_UNKNOWN || t >= e->w_max ||
        t < e->w)
        return;
    ticket_engine_hold(e, event, body, plan, position);
}
