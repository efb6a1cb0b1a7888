/* SPDX-License-Identifier: Apache-2.0 */
/* What verbs say to people: one line each on stderr, numbers that can be read, and how long it
 * took. */
#ifndef STAGE_PEOPLE_H
#define STAGE_PEOPLE_H

#include "base/strbuf.h"

/* "ticketstream: " and the sentence, on stderr. */
void people_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same; returns false, so that a check of the command line ends in one line. */
bool people_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "1 event", "24,918 events". */
void people_add_count(struct strbuf *out, uint64_t n, const char *one, const char *many);
/* "24,918". */
void people_add_number(struct strbuf *out, uint64_t n);

/* Seconds of a clock that only goes forward, to tell how long something took. */
double people_seconds(void);

/* Reads RFC 3339, or integer milliseconds since 1970. */
bool people_read_time(const char *text, int64_t *ret);

#endif
