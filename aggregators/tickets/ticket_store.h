/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tickets of one partition: found by (tenant, ticket id), forgotten some time after they were
 * solved.
 *
 * The index has 8-byte slots; records and their parts lie densely in pools and are named by
 * numbers; ids lie apart. What is to be forgotten waits in a calendar of hours of engine time: when
 * an hour has passed, its tickets are looked at; who had events since is put into a later hour. So
 * forgetting costs nothing per event, and which tickets are there is a function of the events and
 * of engine time alone.
 */
#ifndef AGGREGATORS_TICKETS_TICKET_STORE_H
#define AGGREGATORS_TICKETS_TICKET_STORE_H

#include "aggregators/hop/profile.h"
#include "aggregators/tickets/ticket.h"
#include "aggregators/tickets/ticket_engine.h"

struct ticket_store;

/* Borrows all three. */
struct ticket_store *ticket_store_new(const struct settings *settings, struct profiles *profiles,
                                      struct ticket_counters *counters);
void ticket_store_free(struct ticket_store **s);

uint64_t ticket_hash(struct str tenant, struct str id);
void ticket_store_prefetch_index(const struct ticket_store *s, uint64_t hash);
/* Brings the record of the likely ticket near and returns its number, 0: none. The index slot
 * should be near by then. */
uint32_t ticket_store_prefetch_ticket(const struct ticket_store *s, uint64_t hash);
/* Brings the parts and the id of a ticket near, whose record should be near by then. */
void ticket_store_prefetch_parts(const struct ticket_store *s, uint32_t ticket);

/* The ticket, or 0. A ticket that is due to be forgotten at engine time `now` is forgotten here. */
uint32_t ticket_store_find(struct ticket_store *s, uint32_t tenant, struct str id, uint64_t hash,
                           evtime_ms now);
/* For one more ticket: where settings.tickets_max is reached, solved ones are dropped. */
void ticket_store_make_room(struct ticket_store *s);
/* A new ticket with the given profile (takes over the caller's reference). */
uint32_t ticket_store_add(struct ticket_store *s, struct str id, uint64_t hash, uint32_t profile);

struct ticket *ticket_get(const struct ticket_store *s, uint32_t ticket);
struct str ticket_id(const struct ticket_store *s, const struct ticket *t);
/* The parts, or NULL where the ticket has none; the _make_ functions give it one. */
struct talk *ticket_talk(const struct ticket_store *s, const struct ticket *t);
struct work *ticket_work(const struct ticket_store *s, const struct ticket *t);
struct extras *ticket_extras(const struct ticket_store *s, const struct ticket *t);
struct talk *ticket_make_talk(struct ticket_store *s, struct ticket *t);
struct work *ticket_make_work(struct ticket_store *s, struct ticket *t);
struct extras *ticket_make_extras(struct ticket_store *s, struct ticket *t);
/* Replaces a remembered profile, whose reference is given back; takes over the caller's reference
 * of the new one. */
void ticket_set_profile(struct ticket_store *s, uint32_t *place, uint32_t profile);

/* Texts that belong to a ticket: review ids. */
uint32_t ticket_store_text_add(struct ticket_store *s, struct str text);
void ticket_store_text_remove(struct ticket_store *s, uint32_t text);
struct str ticket_store_text(const struct ticket_store *s, uint32_t text);

/* To be called after each event: puts a solved or cancelled ticket on the calendar. */
void ticket_store_touched(struct ticket_store *s, uint32_t ticket);
/* All tickets were loaded, as they were at engine time `now`: puts on the calendar who belongs
 * there. */
void ticket_store_restored(struct ticket_store *s, evtime_ms now);
/* Engine time moved to `now`: forgets what is due in the hours that passed. */
void ticket_store_advance(struct ticket_store *s, evtime_ms now);

uint32_t ticket_store_count(const struct ticket_store *s);
size_t ticket_store_bytes(const struct ticket_store *s, size_t *ret_id_bytes);

typedef void ticket_fn(void *context, uint32_t ticket);
/* Every ticket, in no particular but a repeatable order. */
void ticket_store_each(const struct ticket_store *s, ticket_fn *take, void *context);

#endif
