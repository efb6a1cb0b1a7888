/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A default of ours that is not a value of its field's type would be found only when the first
 * writer without that field comes along: in production. So the build finds it.
 */
#include "schemas/avsc2c/emit.h"

#include <jansson.h>

static bool fits(const struct schema *s, json_t *json);

static bool
fits_record(const struct schema *s, json_t *json)
{
    if (!json_is_object(json))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        const struct schema_field *f = &s->fields[i];
        json_t *value = json_object_getn(json, f->name.p, f->name.n);

        if (value == NULL ? f->default_json.n == 0 : !fits(f->type, value))
            return false;
    }
    return true;
}

static bool
fits_list(const struct schema *s, json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;

    if (s->kind == AVK_ARRAY ? !json_is_array(json) : !json_is_object(json))
        return false;
    json_array_foreach(json, i, value) if (!fits(s->items, value)) return false;
    json_object_foreach(json, key, value) if (!fits(s->items, value)) return false;
    return true;
}

static bool
fits_enum(const struct schema *s, json_t *json)
{
    for (size_t i = 0; i < s->symbols.n && json_is_string(json); i++)
        if (str_equal(s->symbols.v[i], str_from(json_string_value(json))))
            return true;
    return false;
}

static bool
fits(const struct schema *s, json_t *json)
{
    switch (s->kind) {
    case AVK_NULL:
        return json_is_null(json);
    case AVK_BOOLEAN:
        return json_is_boolean(json);
    case AVK_INT:
        return json_is_integer(json) && json_integer_value(json) >= INT32_MIN &&
               json_integer_value(json) <= INT32_MAX;
    case AVK_LONG:
        return json_is_integer(json);
    case AVK_FLOAT:
    case AVK_DOUBLE:
        return json_is_number(json);
    case AVK_BYTES:
    case AVK_STRING:
    case AVK_FIXED:
        return json_is_string(json);
    case AVK_ENUM:
        return fits_enum(s, json);
    case AVK_RECORD:
        return fits_record(s, json);
    case AVK_ARRAY:
    case AVK_MAP:
        return fits_list(s, json);
    case AVK_UNION:
        return fits(s->branches[0], json); /* a default belongs to the first branch */
    }
    return false;
}

enum err
emit_check_defaults(const struct emit_order *order, struct error *reterr)
{
    for (size_t i = 0; i < order->n; i++) {
        const struct schema *s = order->v[i];

        for (size_t k = 0; s->kind == AVK_RECORD && k < s->n; k++) {
            struct str text = s->fields[k].default_json;
            json_t *json = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
            bool is_good = text.n == 0 || (json != NULL && fits(s->fields[k].type, json));

            json_decref(json);
            if (!is_good)
                return error_set(reterr, ERR_SCHEMA, "the default of %.*s.%.*s does not fit",
                                 STR_ARG(s->name), STR_ARG(s->fields[k].name));
        }
    }
    return ERR_NONE;
}
