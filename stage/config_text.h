/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How single values of the configuration are written. Each function returns false, and writes
 * nothing, if the text is not what it reads.
 */
#ifndef STAGE_CONFIG_TEXT_H
#define STAGE_CONFIG_TEXT_H

#include "base/str.h"

/* "5", "-1", "0.25": at most six decimals. */
bool text_number(struct str text, double *ret);
/* "1-5": the lowest and the highest answer, low < high. */
bool text_scale(struct str text, double *ret_low, double *ret_high);
/* Digits, within min..max. */
bool text_count(struct str text, uint64_t min, uint64_t max, uint64_t *ret);
/* "2026-12-25" -> days since 1970-01-01. */
bool text_date(struct str text, int64_t *ret);
/* "09:00", "24:00" -> minutes since midnight. */
bool text_time_of_day(struct str text, unsigned *ret);
/* "25%" -> 25, of 1 to 99. */
bool text_percent(struct str text, unsigned *ret);
/* "1..64" of the table. */
bool text_range(struct str text, uint64_t *ret_min, uint64_t *ret_max);

#endif
