/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys, sentiment and quality reviews (rules 12 and 16): of each survey kind the last valid
 * answer of a ticket counts, of each review its last version. What is replaced leaves the segment
 * and the windows in which it was counted (rule 3). While a ticket is cancelled its answers and
 * reviews are left out whole: what counted before stays.
 */
#include "aggregators/tickets/applying.h"
#include "base/check.h"
#include "base/mem.h"

enum { MILLION = 1000000 };

/* Rounded to 6 decimals, half to even, in millionths. Accepted events have |v| <= 10^6, so sums of
 * many fit too. */
static int64_t
millionths(double v)
{
    double scaled = v * MILLION;
    int64_t down = (int64_t)scaled - (scaled < (double)(int64_t)scaled);
    double rest = scaled - (double)down;

    if (rest > 0.5 || (rest == 0.5 && (down & 1) != 0))
        return down + 1;
    return down;
}

/* Adds an answer to what its survey kind counts, or takes it out with count -1. */
static void
count_answer(struct tally *row, int kind, const struct answer *answer, int64_t count)
{
    tally_add(row, MEASURE_survey_answers, count);
    switch (kind) {
    case SURVEY_CSAT:
        tally_add(row, MEASURE_csat_answers, count);
        tally_add(row, MEASURE_csat_positive, answer->positive ? count : 0);
        break;
    case SURVEY_CES:
        tally_add(row, MEASURE_ces_answers, count);
        tally_add(row, MEASURE_ces_sum, answer->score * count);
        tally_add(row, MEASURE_ces_positive, answer->positive ? count : 0);
        break;
    case SURVEY_NPS:
        tally_add(row, MEASURE_nps_answers, count);
        tally_add(row, MEASURE_nps_promoters, answer->score >= INT64_C(9) * MILLION ? count : 0);
        tally_add(row, MEASURE_nps_detractors, answer->score <= INT64_C(6) * MILLION ? count : 0);
        break;
    default:
        UNREACHABLE();
    }
}

/* The survey kinds, and the scales beside the configured one that an answer may name. */
static const struct {
    int kind;
    struct survey_scale other;
    struct str other_name;
} kinds[SURVEY_KIND_COUNT] = {
    [SURVEY_KIND_CSAT] = {SURVEY_CSAT, {.low = 0, .high = 1, .positive = 1}, {"0-1", 3}},
    [SURVEY_KIND_CES] = {SURVEY_CES, {0}, {NULL, 0}},
    [SURVEY_KIND_NPS] = {SURVEY_NPS, {0}, {NULL, 0}},
};

/* True if the text is "low-high" of the scale. */
static bool
names_scale(struct str text, const struct survey_scale *scale)
{
    struct strbuf name = {0};
    bool same;

    strbuf_add_double(&name, scale->low);
    strbuf_add_char(&name, '-');
    strbuf_add_double(&name, scale->high);
    same = str_equal(text, strbuf_str(&name));
    strbuf_fini(&name);
    return same;
}

/* The scale of an answer: the configured one, or another that the event names; NULL if that is not
 * known. */
static const struct survey_scale *
scale_of(const struct settings *settings, const struct survey_responded *p)
{
    const struct survey_scale *configured = &settings->surveys[kinds[p->kind].kind];

    if (!p->has_scale || p->scale.n == 0 || names_scale(p->scale, configured))
        return configured;
    if (kinds[p->kind].other_name.n > 0 && str_equal(p->scale, kinds[p->kind].other_name))
        return &kinds[p->kind].other;
    return NULL;
}

/* False if the answer has no score or one that is off the scale. */
static bool
read_answer(struct applying *a, const struct survey_responded *p, struct answer *ret)
{
    const struct survey_scale *scale = scale_of(a->rules->settings, p);
    double score = p->score;

    if (scale == NULL || !p->has_score || !(score >= scale->low && score <= scale->high)) {
        a->rules->counters->survey_invalid++;
        return false;
    }
    ret->positive = scale->reversed ? score <= scale->positive : score >= scale->positive;
    if (scale->reversed)
        score = scale->low + scale->high - score;
    ret->score = millionths(score);
    ret->at = a->t;
    return true;
}

void
apply_survey(struct applying *a)
{
    const struct survey_responded *p = &a->event->payload.u.survey_responded;
    struct answer answer = {0};
    struct answer *counted;
    struct tally *row;

    CHECK(p->kind != SURVEY_KIND_UNKNOWN);
    if (!read_answer(a, p, &answer) || a->silent)
        return;
    counted = &ticket_make_extras(a->rules->store, a->ticket)->answers[kinds[p->kind].kind];
    if (a->late && a->t < counted->at) {
        a->rules->counters->late_approximate++;
        return;
    }
    if (counted->at != EVTIME_NONE) {
        row = row_at(a, counted->profile, counted->at, EVTIME_NONE);
        count_answer(row, kinds[p->kind].kind, counted, -1);
    }
    profile_hold(a->rules->profiles, a->ticket->profile);
    ticket_set_profile(a->rules->store, &counted->profile, a->ticket->profile);
    answer.profile = counted->profile;
    *counted = answer;
    row = fact_row(a, answer.profile);
    count_answer(row, kinds[p->kind].kind, counted, 1);
}

void
apply_offered(struct applying *a)
{
    const struct survey_offered *p = &a->event->payload.u.survey_offered;
    const struct work *work = ticket_work(a->rules->store, a->ticket);
    evtime_ms solve = work != NULL ? evtime48_get(work->last_solve) : EVTIME_NONE;
    struct offer offer = {.at = a->t, .delay = -1, .profile = a->ticket->profile};
    struct extras *x;

    if (!fact(a, offer.profile, MEASURE_surveys_offered, 1))
        return;
    if (solve != EVTIME_NONE &&
        fact_duration(a, offer.profile, DURATION_survey_delay, a->t - solve))
        offer.delay = a->t - solve;
    if (p->survey_id.n > 0)
        offer.survey_id = ticket_store_text_add(a->rules->store, p->survey_id);
    profile_hold(a->rules->profiles, offer.profile);
    x = ticket_make_extras(a->rules->store, a->ticket);
    x->offers = mem_grow(x->offers, x->n_offers, &x->cap_offers, sizeof(*x->offers));
    x->offers[x->n_offers++] = offer;
}

static void
take_back_offer(struct applying *a, struct extras *x, size_t i)
{
    struct offer *offer = &x->offers[i];
    struct tally *row = row_at(a, offer->profile, offer->at, EVTIME_NONE);

    tally_add(row, MEASURE_surveys_offered, -1);
    if (offer->delay >= 0)
        tally_add_duration(row, DURATION_survey_delay, offer->delay, -1);
    ticket_set_profile(a->rules->store, &offer->profile, 0);
    if (offer->survey_id != 0)
        ticket_store_text_remove(a->rules->store, offer->survey_id);
    x->n_offers--;
    memmove(offer, offer + 1, (x->n_offers - i) * sizeof(*offer));
}

/* The survey did not arrive: its offer, the last one of that id, was none. */
void
apply_bounced(struct applying *a)
{
    const struct survey_bounced *p = &a->event->payload.u.survey_bounced;
    struct extras *x = ticket_extras(a->rules->store, a->ticket);

    if (x == NULL || a->silent)
        return;
    for (size_t i = x->n_offers; i-- > 0;) {
        uint32_t id = x->offers[i].survey_id;

        if (str_equal(id != 0 ? ticket_store_text(a->rules->store, id) : STR(""), p->survey_id)) {
            take_back_offer(a, x, i);
            return;
        }
    }
}

void
apply_sentiment(struct applying *a)
{
    const struct sentiment_scored *p = &a->event->payload.u.sentiment_scored;
    struct sentiment *s;
    int64_t score;

    if (!p->has_score || !(p->score >= -1 && p->score <= 1)) {
        a->rules->counters->sentiment_invalid++;
        return;
    }
    score = millionths(p->score);
    s = &ticket_make_extras(a->rules->store, a->ticket)->sentiment;
    if (s->n == 0 || a->t < s->first_at) {
        s->first = score;
        s->first_at = a->t;
    }
    if (s->n == 0 || a->t >= s->last_at) {
        s->last = score;
        s->last_at = a->t;
    }
    s->n++;
    fact(a, a->ticket->profile, MEASURE_sentiment_scores, 1);
    fact(a, a->ticket->profile, MEASURE_sentiment_sum, score);
    fact(a, a->ticket->profile, MEASURE_sentiment_negative, p->score < 0);
}

static bool
is_same_review(const struct applying *a, const struct review *r,
               const struct qa_review_completed *p)
{
    struct str id = r->id != 0 ? ticket_store_text(a->rules->store, r->id) : STR("");

    return id.n > 0 &&
           (str_equal(id, p->review_id) || (p->has_supersedes && str_equal(id, p->supersedes)));
}

static void
take_back_review(struct applying *a, struct extras *x, size_t i)
{
    struct review *r = &x->reviews[i];
    struct tally *row = row_at(a, r->profile, r->at, EVTIME_NONE);

    tally_add(row, MEASURE_qa_points, -r->points);
    tally_add(row, MEASURE_qa_possible, -r->possible);
    tally_add(row, MEASURE_reviews, -1);
    ticket_set_profile(a->rules->store, &r->profile, 0);
    if (r->id != 0)
        ticket_store_text_remove(a->rules->store, r->id);
    *r = x->reviews[--x->n_reviews];
}

/* Reviews are credited to the agent whom they name (rule 2). With a reference of the caller. */
static uint32_t
review_profile(struct applying *a, const struct qa_review_completed *p)
{
    int agent = a->rules->dimension[DIMENSION_AGENT];

    if (agent >= 0 && p->has_agent && p->agent.n > 0)
        return profile_with(a->rules->profiles, a->ticket->profile, (unsigned)agent, p->agent);
    profile_hold(a->rules->profiles, a->ticket->profile);
    return a->ticket->profile;
}

void
apply_review(struct applying *a)
{
    const struct qa_review_completed *p = &a->event->payload.u.qa_review_completed;
    struct extras *x;
    struct review review = {
        .at = a->t, .points = millionths(p->points), .possible = millionths(p->possible)};

    if (a->silent)
        return;
    x = ticket_make_extras(a->rules->store, a->ticket);
    for (size_t i = 0; i < x->n_reviews; i++)
        if (a->late && a->t < x->reviews[i].at && is_same_review(a, &x->reviews[i], p)) {
            a->rules->counters->late_approximate++;
            return;
        }
    for (size_t i = x->n_reviews; i-- > 0;)
        if (is_same_review(a, &x->reviews[i], p))
            take_back_review(a, x, i);
    review.profile = review_profile(a, p);
    if (p->review_id.n > 0)
        review.id = ticket_store_text_add(a->rules->store, p->review_id);
    x->reviews = mem_grow(x->reviews, x->n_reviews, &x->cap_reviews, sizeof(*x->reviews));
    x->reviews[x->n_reviews++] = review;
    fact(a, review.profile, MEASURE_qa_points, review.points);
    fact(a, review.profile, MEASURE_qa_possible, review.possible);
    fact(a, review.profile, MEASURE_reviews, 1);
}
