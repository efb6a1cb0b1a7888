/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which windows there are: pure arithmetic over a struct window_spec. A window is [start, end) in
 * event time; the windows of a spec are ordered by their starts.
 *
 *   tumbling, calendar                    hopping
 *   |--------|--------|-------|           |--------|
 *                                             |--------|
 *   one window holds an instant                   |--------|
 *                                         length / every windows hold it
 *
 * To visit all windows that hold t, the latest first:
 *
 *     struct window w = window_last_holding(spec, t);
 *
 *     for (; window_holds(w, t); w = window_previous(spec, w))
 *         ...
 *
 * A calendar day lasts from midnight to midnight on the zone's clocks: 23 or 25 hours where they
 * change, and where a day was left out (Apia had no 2011-12-30), there is no window for it. Where
 * midnight itself is left out, the day starts at the jump. Weeks start on Monday.
 */
#ifndef AGGREGATORS_WINDOWS_WINDOW_H
#define AGGREGATORS_WINDOWS_WINDOW_H

#include "aggregators/settings.h"
#include "base/evtime.h"

struct window {
    evtime_ms start;
    evtime_ms end;
};

/* The window with the latest start that holds t. */
struct window window_last_holding(const struct window_spec *spec, evtime_ms t);

/* The neighbours of a window of the same spec, in the order of starts. */
struct window window_previous(const struct window_spec *spec, struct window w);
struct window window_next(const struct window_spec *spec, struct window w);

static inline bool
window_holds(struct window w, evtime_ms t)
{
    return w.start <= t && t < w.end;
}

/*
 * True if every edge of every window from 1970 on is a multiple of pane_ms (> 0). The configuration
 * refuses specs for which it is not: the engines rely on it. For calendar windows the pane must
 * divide a day and each offset of the zone (of Kathmandu, 5:45: 15 minutes).
 */
bool window_fits_pane(const struct window_spec *spec, dur_ms pane_ms);

#endif
