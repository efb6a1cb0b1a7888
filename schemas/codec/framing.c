/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/framing.h"

static const char *const names[] = {"confluent", "single_object", "raw"};

enum { CONFLUENT_BYTES = 5, SINGLE_OBJECT_BYTES = 10 };

bool
framing_from_name(struct str name, enum framing *ret)
{
    for (int i = FRAMING_CONFLUENT; i <= FRAMING_RAW; i++) {
        if (str_equal(name, str_from(names[i]))) {
            *ret = (enum framing)i;
            return true;
        }
    }
    return false;
}

const char *
framing_name(enum framing framing)
{
    return names[framing];
}

static enum decode_result
split_confluent(struct str message, uint64_t *ret_key)
{
    if (message.n < CONFLUENT_BYTES || message.p[0] != 0)
        return DECODE_BAD_FRAMING;
    *ret_key = 0;
    for (size_t i = 1; i < CONFLUENT_BYTES; i++)
        *ret_key = *ret_key << 8 | (unsigned char)message.p[i];
    return DECODE_OK;
}

static enum decode_result
split_single_object(struct str message, uint64_t *ret_key)
{
    if (message.n < SINGLE_OBJECT_BYTES || memcmp(message.p, "\xC3\x01", 2) != 0)
        return DECODE_BAD_FRAMING;
    *ret_key = 0;
    for (size_t i = SINGLE_OBJECT_BYTES; i > 2; i--)
        *ret_key = *ret_key << 8 | (unsigned char)message.p[i - 1];
    return DECODE_OK;
}

enum decode_result
framing_split(enum framing framing, struct str message, uint64_t *ret_key, struct str *ret_body)
{
    enum decode_result r = DECODE_OK;
    size_t n = 0;

    *ret_key = 0;
    switch (framing) {
    case FRAMING_CONFLUENT:
        r = split_confluent(message, ret_key);
        n = CONFLUENT_BYTES;
        break;
    case FRAMING_SINGLE_OBJECT:
        r = split_single_object(message, ret_key);
        n = SINGLE_OBJECT_BYTES;
        break;
    case FRAMING_RAW:
        break;
    }
    if (r == DECODE_OK)
        *ret_body = str_of(message.p + n, message.n - n);
    return r;
}

void
framing_add(enum framing framing, uint64_t key, struct strbuf *out)
{
    switch (framing) {
    case FRAMING_CONFLUENT:
        CHECK(key <= UINT32_MAX);
        strbuf_add_char(out, 0);
        strbuf_add_be32(out, (uint32_t)key);
        break;
    case FRAMING_SINGLE_OBJECT:
        strbuf_add(out, STR("\xC3\x01"));
        for (int i = 0; i < 8; i++)
            strbuf_add_char(out, (char)(key >> (8 * i)));
        break;
    case FRAMING_RAW:
        break;
    }
}
