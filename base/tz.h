/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tz: a time zone, from the bytes of a TZif file (RFC 8536, versions 1 to 4) that the caller
 * has read. Immutable after tz_new(), so any thread may ask it. All questions are O(log n).
 *
 * Behind its table a zone goes on by the rule in the file's last line, for ever. glibc's TZ is not
 * used: it is one for the process, and another one on another machine.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include "base/error.h"
#include "base/evtime.h"
#include "base/str.h"

struct tz;

/*
 * Copies what it needs of both. ERR_CONFIG, with a sentence that names the zone, if the bytes are
 * not a TZif file, are cut or contradict themselves, or count leap seconds (instants here do not).
 */
MUST_USE enum err tz_new(struct str tzif, struct str name, struct tz **ret, struct error *reterr);
/* Frees and sets to NULL; accepts NULL. */
void tz_free(struct tz **tz);

/* A zone that is always UTC; never freed. */
const struct tz *tz_utc(void);

/* The name it was made with; borrowed. */
struct str tz_name(const struct tz *tz);

/* Seconds that local time is ahead of UTC (east: positive) at `utc_s` seconds after 1970. */
int32_t tz_offset_s(const struct tz *tz, int64_t utc_s);

/*
 * The instant at which the zone's clocks show that second of that day (days since 1970-01-01).
 * Where they show it twice, the first time. Where they jump over it, it is moved forward by the
 * gap: at the jump 02:00 -> 03:00, 02:30 is the instant that shows 03:30, and 02:00 is the jump.
 */
evtime_ms tz_instant_of_local(const struct tz *tz, int64_t local_day, int32_t second_of_day);

/* The date on the zone's calendar at `t`, in days since 1970-01-01. */
int64_t tz_local_day(const struct tz *tz, evtime_ms t);

/* True if each offset that the zone has from 1970 on is a multiple of `step_ms` (> 0). */
bool tz_offsets_are_multiples(const struct tz *tz, dur_ms step_ms);

#endif
