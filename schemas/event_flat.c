/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields move by their names, as the tables list them, so a field that is added to both schemas
 * moves too. Enums are strings in the flat shape, since `kind`, `from` and `to` mean other things
 * in other types.
 */
#include "schemas/event_flat.h"

#include "schemas/codec/default.h"
#include "schemas/codec/schema.h"

struct mover {
    struct arena *arena;
    const char *field; /* of a refusal */
};

struct place {
    const struct avro_field *fields;
    size_t n;
    char *base;
};

static enum decode_result move_fields(struct mover *m, struct place from, struct place to);

#define LOAD(base, at, ret)    memcpy((ret), (base) + (at), sizeof(*(ret)))
#define STORE(base, at, value) memcpy((base) + (at), &(value), sizeof(value))

static struct place
place_of(const struct avro_desc *desc, const void *base)
{
    return (struct place){desc->fields, desc->n, (char *)(uintptr_t)base};
}

static const struct avro_field *
find_field(struct place p, const char *name)
{
    for (size_t i = 0; i < p.n; i++)
        /* The first letters alone tell most of them apart. */
        if (p.fields[i].name[0] == name[0] && strcmp(p.fields[i].name, name) == 0)
            return &p.fields[i];
    return NULL;
}

/* A symbol that we do not know is the enum's default. */
static enum decode_result
string_to_enum(const struct avro_field *from, const char *source, const struct avro_field *to,
               char *target)
{
    const struct avro_desc *desc = to->of.named;
    int32_t index = desc->default_symbol;
    struct str symbol;

    LOAD(source, from->at, &symbol);
    for (size_t i = 0; i < desc->n; i++)
        if (str_equal(symbol, str_from(desc->symbols[i])))
            index = (int32_t)i;
    STORE(target, to->at, index);
    return index < 0 ? DECODE_UNKNOWN_ENUM : DECODE_OK;
}

static void
enum_to_string(const struct avro_field *from, const char *source, const struct avro_field *to,
               char *target)
{
    uint32_t index;
    struct str symbol;

    LOAD(source, from->at, &index);
    CHECK(index < from->of.named->n);
    symbol = str_from(from->of.named->symbols[index]);
    STORE(target, to->at, symbol);
}

/* Fields of the same name may have different limits, and ours is the one to hold. */
static enum decode_result
move_string(const struct avro_field *from, const char *source, const struct avro_field *to,
            char *target)
{
    struct str s;

    LOAD(source, from->at, &s);
    if (s.n > to->max_len)
        return DECODE_TOO_LONG;
    STORE(target, to->at, s);
    return DECODE_OK;
}

static enum decode_result
move_value(struct mover *m, const struct avro_field *from, const char *source,
           const struct avro_field *to, char *target)
{
    if (from->kind == AVK_STRING && to->kind == AVK_ENUM)
        return string_to_enum(from, source, to, target);
    if (from->kind == AVK_ENUM && to->kind == AVK_STRING) {
        enum_to_string(from, source, to, target);
        return DECODE_OK;
    }
    CHECK(from->kind == to->kind);
    if (from->kind == AVK_STRING)
        return move_string(from, source, to, target);
    if (from->kind == AVK_RECORD)
        return move_fields(m, place_of(from->of.named, source + from->at),
                           place_of(to->of.named, target + to->at));
    /* Lists are shared: both sides' items are the same fields in the same order. */
    CHECK((from->kind != AVK_ARRAY && from->kind != AVK_MAP) ||
          from->of.items->size == to->of.items->size);
    memcpy(target + to->at, source + from->at, avro_field_size(to));
    return DECODE_OK;
}

static enum decode_result
move_field(struct mover *m, struct place from, const struct avro_field *to, char *target)
{
    const struct avro_field *f = find_field(from, to->name);

    if (f == NULL || (f->is_nullable && from.base[f->has_at] == 0)) {
        /* Null where ours may be null stays null, whatever the default is. */
        if (f != NULL && to->is_nullable) {
            target[to->has_at] = 0;
            return DECODE_OK;
        }
        return default_write(to, m->arena, target) ? DECODE_OK : DECODE_MISSING_FIELD;
    }
    if (to->is_nullable)
        target[to->has_at] = 1;
    return move_value(m, f, from.base, to, target);
}

static enum decode_result
move_fields(struct mover *m, struct place from, struct place to)
{
    for (size_t i = 0; i < to.n; i++) {
        enum decode_result r = move_field(m, from, &to.fields[i], to.base);

        if (r != DECODE_OK) {
            m->field = m->field != NULL ? m->field : to.fields[i].name;
            return r;
        }
    }
    return DECODE_OK;
}

/* All but the union, which is the last field. */
static struct place
envelope_of(const struct ticket_event *event)
{
    struct place p = place_of(&ticket_event_desc, event);

    p.n--;
    CHECK(p.fields[p.n].kind == AVK_UNION);
    return p;
}

/* The record of the payload; its kind must be known. */
static struct place
payload_of(const struct ticket_event *event)
{
    const struct avro_field *u = &ticket_event_desc.fields[ticket_event_desc.n - 1];
    const struct avro_field *branch = &u->of.branches->v[event->payload.kind - 1];

    return place_of(branch->of.named, (const char *)&event->payload + branch->at);
}

enum decode_result
event_from_flat(const struct ticket_event_flat *flat, struct arena *arena, struct ticket_event *ret,
                const char **ret_field)
{
    struct mover m = {.arena = arena};
    struct place from = place_of(&ticket_event_flat_desc, flat);
    enum decode_result r = move_fields(&m, from, envelope_of(ret));

    ret->payload.kind = TICKET_EVENT_PAYLOAD_UNKNOWN;
    for (int i = 1; i < TICKET_EVENT_PAYLOAD_COUNT; i++)
        if (str_equal(flat->event_type, str_from(ticket_event_payload_names[i])))
            ret->payload.kind = (enum ticket_event_payload_kind)i;
    if (r == DECODE_OK && ret->payload.kind != TICKET_EVENT_PAYLOAD_UNKNOWN)
        r = move_fields(&m, from, payload_of(ret));
    if (r != DECODE_OK && ret_field != NULL)
        *ret_field = m.field;
    return r;
}

/* Fields that the event's type does not have keep the flat schema's default: null. */
void
event_to_flat(const struct ticket_event *event, struct arena *arena, struct ticket_event_flat *ret)
{
    struct mover m = {.arena = arena};
    struct place to = place_of(&ticket_event_flat_desc, ret);
    struct place sources[2] = {envelope_of(event), {0}};

    if (event->payload.kind != TICKET_EVENT_PAYLOAD_UNKNOWN)
        sources[1] = payload_of(event);
    for (size_t i = 0; i < to.n; i++) {
        const struct avro_field *f = &to.fields[i];
        size_t source = find_field(sources[1], f->name) != NULL;

        if (strcmp(f->name, "event_type") == 0)
            ret->event_type = str_from(ticket_event_payload_names[event->payload.kind]);
        else
            CHECK(move_field(&m, sources[source], f, to.base) == DECODE_OK);
    }
}

enum err
event_plan_compile(struct str writer_json, struct plan **ret, struct error *reterr)
{
    struct arena arena = {0};
    const struct schema *writer = NULL;
    bool is_flat = false;
    enum err err = schema_parse(writer_json, &arena, &writer, reterr);

    for (size_t i = 0; err == ERR_NONE && writer->kind == AVK_RECORD && i < writer->n; i++)
        is_flat = is_flat || str_equal(writer->fields[i].name, STR("event_type"));
    arena_fini(&arena);
    if (err != ERR_NONE)
        return err;
    return plan_compile(writer_json, is_flat ? &ticket_event_flat_desc : &ticket_event_desc, ret,
                        reterr);
}

enum decode_result
event_plan_decode(const struct plan *plan, struct str bytes, struct arena *arena,
                  struct ticket_event *ret, size_t *used, const char **ret_field)
{
    struct ticket_event_flat flat;
    enum decode_result r;

    if (plan_reader(plan) == &ticket_event_desc)
        return plan_decode_field(plan, bytes, arena, ret, used, ret_field);
    CHECK(plan_reader(plan) == &ticket_event_flat_desc);
    r = plan_decode_field(plan, bytes, arena, &flat, used, ret_field);
    return r == DECODE_OK ? event_from_flat(&flat, arena, ret, ret_field) : r;
}
