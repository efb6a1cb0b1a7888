/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as text that is written, not read: compact, and the same bytes for the same value. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/evtime.h"
#include "base/strbuf.h"

/* A string in quotes. Bytes that are not UTF-8 are the caller's fault (CHECK). */
void json_add_string(struct strbuf *out, struct str s);
/* An instant as the string "2026-03-02T08:00:00.000Z". */
void json_add_time(struct strbuf *out, evtime_ms t);

#endif
