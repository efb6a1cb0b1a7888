/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/demo_live.h"

#include "consumer/file_source.h"
#include "stage/demo_film.h"
#include "stage/people.h"
#include "stage/screen.h"

enum {
    FPS = 20,
    PICTURES_FAST = 240, /* of a film without pauses: as many as the usual one has */
    FLUSH_MAX = 4096,
    FLUSHES = 480 /* of a film: windows are to show soon after they closed */
};

/* The last picture stays a moment before the summary takes its place. */
static const double last_seconds = 0.8;

/* The log as a whole. */
struct extent {
    uint64_t events;
    evtime_ms first;
    evtime_ms last;
};

struct run {
    const struct demo_live *live;
    struct extent extent;
    struct demo_film film;
    struct source *source;
    struct replay *replay;
    struct screen *screen;
    struct strbuf text;   /* of a picture */
    struct error problem; /* of a source that broke; code ERR_NONE: none did */
    bool at_end;
    double seconds; /* in the engines */
};

static void
look_at(struct extent *extent, struct intake *intake, const struct record *record)
{
    struct intake_result result;

    extent->events++;
    intake_read(intake, record, &result);
    if (result.refusal != DECODE_OK)
        return;
    if (extent->first == EVTIME_NONE || result.event->occurred_at < extent->first)
        extent->first = result.event->occurred_at;
    if (result.event->occurred_at > extent->last)
        extent->last = result.event->occurred_at;
}

/* What is wrong in the middle of the file is found again, and told, when it is replayed. */
static enum err
measure(const struct demo_live *live, struct extent *ret, struct error *reterr)
{
    struct intake_limits limits = {.max_future_skew_ms = live->config->settings.max_future_skew_ms,
                                   .now = EVTIME_NONE};
    struct source *source = NULL;
    struct intake *intake;
    enum err err = file_source_open(live->data, &source, reterr);

    *ret = (struct extent){.first = EVTIME_NONE, .last = EVTIME_NONE};
    if (err != ERR_NONE)
        return err;
    intake = intake_new(&limits);
    for (;;) {
        struct record record;
        struct error problem;
        bool at_end = false;

        if (source_next(source, &record, &at_end, &problem) != ERR_NONE || at_end)
            break;
        look_at(ret, intake, &record);
    }
    intake_free(&intake);
    source_close(&source);
    return ERR_NONE;
}

/* How much of the film is over, 0 to 1. */
static double
share_done(const struct run *run)
{
    const struct extent *extent = &run->extent;
    struct replay_progress at = replay_get_progress(run->replay);
    double events = extent->events > 0 ? (double)at.consumed / (double)extent->events : 1;

    if (at.last_event == EVTIME_NONE || extent->last <= extent->first)
        return events;
    return events / 2 +
           (double)(at.last_event - extent->first) / (double)(extent->last - extent->first) / 2;
}

static enum err
take_record(struct run *run, struct error *reterr)
{
    struct record record;
    struct error problem;
    enum err broken = source_next(run->source, &record, &run->at_end, &problem);

    if (broken != ERR_NONE) {
        run->problem = problem;
        run->at_end = true;
    }
    return run->at_end ? ERR_NONE : replay_take(run->replay, 0, &record, reterr);
}

/* Reads until so much of the film is over; 1: to the end of the input. */
static enum err
go_on(struct run *run, double share, struct error *reterr)
{
    double start = people_seconds();
    enum err err = ERR_NONE;

    while (err == ERR_NONE && !run->at_end && (share >= 1 || share_done(run) < share))
        err = take_record(run, reterr);
    run->seconds += people_seconds() - start;
    return err;
}

static void
show(struct run *run)
{
    struct replay_progress at = replay_get_progress(run->replay);

    strbuf_clear(&run->text);
    demo_film_add(&run->text, &run->film, screen_get_size(run->screen), &at);
    screen_show(run->screen, strbuf_str(&run->text));
}

/* To the end of the input, or until a key is typed. */
static enum err
play(struct run *run, struct error *reterr)
{
    double seconds = run->live->seconds;
    int pictures = seconds > 0 ? (int)(seconds * FPS) : PICTURES_FAST;
    double start = people_seconds();
    enum err err = ERR_NONE;
    bool is_over = false;

    pictures = pictures < 1 ? 1 : pictures;
    for (int i = 1; i <= pictures && err == ERR_NONE && !is_over; i++) {
        double left;

        err = go_on(run, (double)i / pictures, reterr);
        show(run);
        left = start + seconds * i / pictures - people_seconds();
        is_over = screen_wait_key(run->screen, left > 0 ? left : 0);
    }
    if (!is_over && err == ERR_NONE && seconds > 0)
        (void)screen_wait_key(run->screen, last_seconds);
    return err;
}

static enum err
finish(struct run *run, struct replay_summary *ret, struct error *reterr)
{
    double start = people_seconds();
    enum err err = replay_finish(run->replay, reterr);

    run->seconds += people_seconds() - start;
    if (err == ERR_NONE)
        replay_summarize(run->replay, ret);
    ret->broken_sources += run->problem.code != ERR_NONE;
    return err;
}

static uint32_t
flush_every(uint64_t events)
{
    uint64_t n = events / FLUSHES;

    return n < 1 ? 1 : n > FLUSH_MAX ? FLUSH_MAX : (uint32_t)n;
}

static void
set_film(struct run *run, const struct demo_results *results)
{
    run->film = (struct demo_film){.settings = &run->live->config->settings,
                                   .results = results,
                                   .style = run->live->style,
                                   .title = run->live->title,
                                   .first = run->extent.first,
                                   .last = run->extent.last,
                                   .events = run->extent.events};
    if (run->extent.first == EVTIME_NONE)
        run->film.first = run->film.last = 0; /* no event: nothing will be at any time */
}

enum err
demo_live_run(const struct demo_live *live, struct demo_results *results,
              struct replay_summary *ret, double *ret_seconds, struct error *reterr)
{
    struct run run = {.live = live};
    struct replay_options options = {.settings = &live->config->settings,
                                     .topic = live->config->input_topic,
                                     .partitions = 1,
                                     .now = EVTIME_NONE};
    enum err err = measure(live, &run.extent, reterr);
    struct sink *sink;

    options.flush_every = flush_every(run.extent.events);
    if (err != ERR_NONE || (err = file_source_open(live->data, &run.source, reterr)) != ERR_NONE)
        return err;
    sink = demo_sink_new(&live->config->settings, run.extent.last - run.extent.first, results);
    set_film(&run, results);
    run.replay = replay_new(&options, sink);
    run.screen = screen_open(live->out, live->in);
    err = play(&run, reterr);
    screen_close(&run.screen);
    if (err == ERR_NONE)
        err = go_on(&run, 1, reterr);
    if (err == ERR_NONE)
        err = finish(&run, ret, reterr);
    if (run.problem.code != ERR_NONE)
        people_say("%s", run.problem.text);
    *ret_seconds = run.seconds;
    replay_free(&run.replay);
    sink_close(&sink);
    source_close(&run.source);
    strbuf_fini(&run.text);
    return err;
}
