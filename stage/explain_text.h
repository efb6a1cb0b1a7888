/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for a terminal of 80 columns: wrapped paragraphs behind a label, and numbers as people write
 * them.
 */
#ifndef STAGE_EXPLAIN_TEXT_H
#define STAGE_EXPLAIN_TEXT_H

#include "base/evtime.h"
#include "base/strbuf.h"
#include "base/tz.h"

enum { TEXT_COLUMNS = 80 };

/*
 * Appends `label` (starting in column `margin`) and the text, whose lines all start in column
 * `indent`; a label that reaches it has a line of its own. Blanks of the text are where lines may
 * break.
 */
void text_add_item(struct strbuf *out, unsigned margin, unsigned indent, struct str label,
                   const char *format, ...) __attribute__((format(printf, 5, 6)));
/* A heading in capitals with an empty line before and after it. */
void text_add_heading(struct strbuf *out, const char *title);

/* "Mon 2026-03-02 09:00" in the zone, seconds and milliseconds only where they are not 0. */
void text_add_local(struct strbuf *out, const struct tz *tz, evtime_ms t);
/* "09:05", likewise. */
void text_add_clock(struct strbuf *out, const struct tz *tz, evtime_ms t);
/* Each clears `text`, fills it and returns it as a C string: "1h30m", "1,000,000". */
const char *text_duration(struct strbuf *text, dur_ms d);
const char *text_number_of(struct strbuf *text, uint64_t n);
/* "60 MB": powers of 1000, two digits where the number is below 10. */
void text_add_bytes(struct strbuf *out, double bytes);

#endif
