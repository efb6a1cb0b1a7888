/* SPDX-License-Identifier: Apache-2.0 */
/* METRICS 1.0.1 rules 2, 3, 12 and 16: survey answers and reviews. */
#include "tests/support/scene.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

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
on_scale(struct ticket_event event, const char *scale)
{
    event.payload.u.survey_responded.has_scale = true;
    event.payload.u.survey_responded.scale = str_from(scale);
    return event;
}

static int64_t
sum(enum measure m)
{
    return scene_sum(s, m, ALL);
}

TestSuite(answers, .init = start, .fini = stop);
TestSuite(reviews, .init = start, .fini = stop);

struct answer_case {
    enum survey_kind kind;
    double score;
    char scale[8]; /* "": none */
    bool is_valid;
    bool is_positive; /* csat, ces: positive; nps: a promoter */
    bool is_detractor;
    int64_t millionths; /* of a ces score */
};

static struct answer_case answer_cases[] = {
    {SURVEY_KIND_CSAT, 1, "", true, false, false, 0},
    {SURVEY_KIND_CSAT, 3, "", true, false, false, 0},
    {SURVEY_KIND_CSAT, 4, "", true, true, false, 0},
    {SURVEY_KIND_CSAT, 4.5, "", true, true, false, 0},
    {SURVEY_KIND_CSAT, 5, "1-5", true, true, false, 0},
    {SURVEY_KIND_CSAT, 0, "", false, false, false, 0},
    {SURVEY_KIND_CSAT, 5.5, "", false, false, false, 0},
    {SURVEY_KIND_CSAT, 1, "0-1", true, true, false, 0},
    {SURVEY_KIND_CSAT, 0, "0-1", true, false, false, 0},
    {SURVEY_KIND_CSAT, 4, "0-1", false, false, false, 0},
    {SURVEY_KIND_CSAT, 4, "1-9", false, false, false, 0},
    {SURVEY_KIND_NPS, 0, "", true, false, true, 0},
    {SURVEY_KIND_NPS, 6, "", true, false, true, 0},
    {SURVEY_KIND_NPS, 7, "", true, false, false, 0},
    {SURVEY_KIND_NPS, 8, "0-10", true, false, false, 0},
    {SURVEY_KIND_NPS, 9, "", true, true, false, 0},
    {SURVEY_KIND_NPS, 10, "", true, true, false, 0},
    {SURVEY_KIND_NPS, 11, "", false, false, false, 0},
    {SURVEY_KIND_NPS, -1, "", false, false, false, 0},
    {SURVEY_KIND_CES, 1, "", true, false, false, 1000000},
    {SURVEY_KIND_CES, 4, "1-7", true, false, false, 4000000},
    {SURVEY_KIND_CES, 5, "", true, true, false, 5000000},
    {SURVEY_KIND_CES, 7, "", true, true, false, 7000000},
    {SURVEY_KIND_CES, 5.1234567, "", true, true, false, 5123457},
    {SURVEY_KIND_CES, 8, "", false, false, false, 0},
};

ParameterizedTestParameters(answers, are_valid_and_positive_by_their_scale)
{
    return cr_make_param_array(struct answer_case, answer_cases,
                               sizeof(answer_cases) / sizeof(answer_cases[0]));
}

ParameterizedTest(struct answer_case *c, answers, are_valid_and_positive_by_their_scale)
{
    static const enum measure counts[] = {[SURVEY_KIND_CSAT] = MEASURE_csat_answers,
                                          [SURVEY_KIND_CES] = MEASURE_ces_answers,
                                          [SURVEY_KIND_NPS] = MEASURE_nps_answers};
    static const enum measure goods[] = {[SURVEY_KIND_CSAT] = MEASURE_csat_positive,
                                         [SURVEY_KIND_CES] = MEASURE_ces_positive,
                                         [SURVEY_KIND_NPS] = MEASURE_nps_promoters};
    struct ticket_event event = event_answer("T", minute(0), c->kind, c->score);

    say(c->scale[0] != '\0' ? on_scale(event, c->scale) : event);
    scene_end(s);
    cr_expect_eq(sum(counts[c->kind]), c->is_valid, "%g on \"%s\"", c->score, c->scale);
    cr_expect_eq(sum(goods[c->kind]), c->is_positive, "%g on \"%s\"", c->score, c->scale);
    cr_expect_eq(sum(MEASURE_nps_detractors), c->is_detractor, "%g", c->score);
    cr_expect_eq(sum(MEASURE_ces_sum), c->millionths, "%g", c->score);
    cr_expect_eq(ticket_engine_counters(s->engine)->survey_invalid, !c->is_valid);
}

Test(answers, the_last_valid_one_of_a_ticket_and_kind_counts)
{
    say(event_with(event_answer("T", minute(0), SURVEY_KIND_CSAT, 5), "team", "one"));
    say(event_with(event_answer("T", minute(90), SURVEY_KIND_CSAT, 1), "team", "two"));
    say(event_answer("T", minute(91), SURVEY_KIND_NPS, 9));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_csat_answers, WHERE(.team = "one")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_csat_positive, WHERE(.team = "one")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_csat_answers, WHERE(.team = "two")), 1);
    cr_expect_eq(scene_sum(s, MEASURE_csat_answers, WHERE(.from = minute(0), .to = minute(60))), 0,
                 "it leaves the window in which it was");
    cr_expect_eq(sum(MEASURE_nps_answers), 1);
}

Test(answers, without_score_or_off_the_scale_take_nothing_back)
{
    struct ticket_event nothing = event_answer("T", minute(1), SURVEY_KIND_CSAT, 0);

    nothing.payload.u.survey_responded.has_score = false;
    say(event_answer("T", minute(0), SURVEY_KIND_CSAT, 5));
    say(nothing);
    say(event_answer("T", minute(2), SURVEY_KIND_CSAT, 9));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_csat_answers), 1);
    cr_expect_eq(sum(MEASURE_csat_positive), 1);
    cr_expect_eq(ticket_engine_counters(s->engine)->survey_invalid, 2);
}

Test(answers, of_two_tickets_both_count)
{
    say(event_answer("A", minute(0), SURVEY_KIND_CSAT, 5));
    say(event_answer("B", minute(0), SURVEY_KIND_CSAT, 5));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_csat_answers), 2);
}

Test(answers, on_a_reversed_scale_low_is_good)
{
    settings.surveys[SURVEY_CES] =
        (struct survey_scale){.low = 1, .high = 7, .positive = 3, .reversed = true};
    say(event_answer("A", minute(0), SURVEY_KIND_CES, 1));
    say(event_answer("B", minute(0), SURVEY_KIND_CES, 4));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_ces_positive), 1);
    cr_expect_eq(sum(MEASURE_ces_sum), 7000000 + 4000000, "mirrored");
}

Test(reviews, are_points_and_possible_points_in_millionths)
{
    say(event_review("A", minute(0), "r1", 7.25, 10));
    say(event_review("A", minute(1), "r2", 0.0000005, 1));
    say(event_review("A", minute(2), "r3", 0.0000015, 1));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_points), 7250000 + 0 + 2, "half to even");
    cr_expect_eq(sum(MEASURE_qa_possible), 12000000);
}

Test(reviews, the_same_review_again_takes_the_earlier_one_back)
{
    say(event_with(event_review("T", minute(0), "r", 5, 10), "team", "one"));
    say(event_with(event_review("T", minute(1), "r", 8, 10), "team", "two"));
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_qa_points, WHERE(.team = "one")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_qa_possible, WHERE(.team = "one")), 0);
    cr_expect_eq(scene_sum(s, MEASURE_qa_points, WHERE(.team = "two")), 8000000);
}

Test(reviews, supersedes_takes_another_one_back)
{
    struct ticket_event event = event_review("T", minute(3), "c", 1, 1);

    event.payload.u.qa_review_completed.has_supersedes = true;
    event.payload.u.qa_review_completed.supersedes = STR("a");
    say(event_review("T", minute(0), "a", 5, 10));
    say(event_review("T", minute(1), "b", 5, 10));
    say(event_review("T", minute(2), "c", 5, 10));
    say(event);
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_points), 5000000 + 1000000, "b and the new c");
    cr_expect_eq(sum(MEASURE_qa_possible), 10000000 + 1000000);
}

Test(reviews, without_id_are_all_different)
{
    say(event_review("T", minute(0), "", 1, 2));
    say(event_review("T", minute(1), "", 1, 2));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_possible), 4000000);
}

Test(reviews, of_another_ticket_stay)
{
    say(event_review("A", minute(0), "r", 1, 2));
    say(event_review("B", minute(1), "r", 1, 2));
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_possible), 4000000);
}

Test(reviews, are_credited_to_the_agent_whom_they_name)
{
    struct ticket_event named = event_review("T", minute(1), "r", 1, 2);
    struct ticket_event nameless = event_review("T", minute(2), "q", 1, 2);

    named.payload.u.qa_review_completed.has_agent = true;
    named.payload.u.qa_review_completed.agent = STR("bob");
    nameless.payload.u.qa_review_completed.has_agent = true;
    say(event_with(event_with(event_created("T", minute(0)), "agent", "ann"), "team", "one"));
    say(named);
    say(nameless);
    scene_end(s);
    cr_expect_eq(scene_sum(s, MEASURE_qa_possible, WHERE(.agent = "bob", .team = "one")), 2000000);
    cr_expect_eq(scene_sum(s, MEASURE_qa_possible, WHERE(.agent = "ann", .team = "one")), 2000000,
                 "a name of no letters names nobody");
}

Test(reviews, the_largest_that_are_accepted_add_up)
{
    for (int i = 0; i < 1000; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "r%d", i);
        say(event_review("T", minute(0), name, 1e6, 1e6));
    }
    scene_end(s);
    cr_expect_eq(sum(MEASURE_qa_points), INT64_C(1000000000000000));
}
