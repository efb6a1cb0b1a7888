/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct progress: one line at the bottom of a terminal that tells how far a run is, drawn over
 * itself at most ten times a second and erased at the end (and when the process is interrupted).
 * Where there is no terminal it writes nothing.
 *
 *   ███████████▌             42 %  56,123 events  2016-05-04  310,000/s
 */
#ifndef STAGE_PROGRESS_H
#define STAGE_PROGRESS_H

#include "base/evtime.h"

struct progress;

struct progress_values {
    uint64_t events;
    evtime_ms time; /* of the events; EVTIME_NONE: not known yet */
    uint64_t bytes; /* read, of `bytes_total`; 0 of 0: not known */
    uint64_t bytes_total;
};

/* `fd` is usually stderr. */
struct progress *progress_open(int fd);
/* Erases the line. Accepts NULL. */
void progress_close(struct progress **progress);

/* True if a line would be drawn now: it is a terminal and a tenth of a second went by. */
bool progress_is_due(struct progress *p);
void progress_draw(struct progress *p, const struct progress_values *values);
/* Erases the line, so that others can write where it was. The next one is drawn when it is due. */
void progress_erase(struct progress *p);

#endif
