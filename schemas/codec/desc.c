/* SPDX-License-Identifier: Apache-2.0 */
#include "schemas/codec/desc.h"

size_t
avro_field_size(const struct avro_field *f)
{
    if (avro_field_is_decimal64(f))
        return sizeof(int64_t);
    switch (f->kind) {
    case AVK_NULL:
    case AVK_BOOLEAN:
        return 1;
    case AVK_INT:
        return sizeof(int32_t);
    case AVK_LONG:
        return sizeof(int64_t);
    case AVK_FLOAT:
        return sizeof(float);
    case AVK_DOUBLE:
        return sizeof(double);
    case AVK_BYTES:
    case AVK_STRING:
        return sizeof(struct str);
    case AVK_FIXED:
        return f->of.named->size > 0 ? f->of.named->size : 1;
    case AVK_ENUM:
        return sizeof(enum avro_kind);
    case AVK_RECORD:
        return f->of.named->size;
    case AVK_ARRAY:
    case AVK_MAP:
        return sizeof(struct avro_list);
    case AVK_UNION:
        return f->of.branches->size;
    }
    return 0;
}
