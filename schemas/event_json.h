/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ticket events as flat JSON objects, one per line: the envelope's fields, `event_type`, and the
 * fields of that type side by side.
 */
#ifndef SCHEMAS_EVENT_JSON_H
#define SCHEMAS_EVENT_JSON_H

#include "base/arena.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "schemas/codec/result.h"
#include "schemas/ticket_event.h"

enum { EVENT_JSON_MAX = 1024 * 1024 }; /* bytes of a line */

/*
 * Reads one line (without its end). Strings are copied to the arena. `*unknown_fields` gets the
 * number of members that are no fields of the event; a refusal puts the field's name into
 * `*ret_field`, NULL if it has none. Both may be NULL. An event_type that we do not know, or none,
 * is DECODE_OK with payload.kind TICKET_EVENT_PAYLOAD_UNKNOWN, its own fields not counted as
 * unknown. Refusals: DECODE_OVERSIZED, BAD_UTF8, BAD_JSON, MISSING_FIELD, BAD_VALUE (wrong type or
 * unreadable time), TOO_LONG.
 */
MUST_USE enum decode_result event_json_read(struct str line, struct arena *arena,
                                            struct ticket_event *ret, unsigned *unknown_fields,
                                            const char **ret_field);

/*
 * Appends the event as one line without its end; nulls are left out. A payload that we do not know
 * (its type's name is lost) becomes "event_type":"UNKNOWN", which reads back as such.
 */
void event_json_write(const struct ticket_event *event, struct strbuf *out);

#endif
