/* SPDX-License-Identifier: Apache-2.0 */
/* What decode.c (the loop, lists) and convert.c (rare kinds of values) share while a plan runs. */
#ifndef SCHEMAS_CODEC_RUN_H
#define SCHEMAS_CODEC_RUN_H

#include "schemas/codec/cursor.h"
#include "schemas/codec/program.h"

struct run {
    const struct plan *plan;
    struct arena *arena;
    struct cursor c; /* up to date only inside SLOW operations and between programs */
    size_t budget;
    int depth;
    const struct op *failed;
};

#define TRY(expr)                                                                                  \
    do {                                                                                           \
        enum decode_result try_result = (expr);                                                    \
        if (__builtin_expect(try_result != DECODE_OK, 0))                                          \
            return try_result;                                                                     \
    } while (0)

/* The struct's members are of many types, the program knows only their offsets: memcpy is the store
 * for all of them. */
#define STORE(base, at, value) memcpy((base) + (at), &(value), sizeof(value))

enum decode_result slow_SHORT_STRING(struct run *run, const struct op *op, char *base);
enum decode_result slow_BYTES(struct run *run, const struct op *op, char *base);
enum decode_result slow_FIXED(struct run *run, const struct op *op, char *base);
enum decode_result slow_FLOAT(struct run *run, const struct op *op, char *base);
enum decode_result slow_FLOAT_AS_DOUBLE(struct run *run, const struct op *op, char *base);
enum decode_result slow_INT_AS_FLOAT(struct run *run, const struct op *op, char *base);
enum decode_result slow_INT_AS_DOUBLE(struct run *run, const struct op *op, char *base);
enum decode_result slow_INT_AS_LONG(struct run *run, const struct op *op, char *base);
enum decode_result slow_MICROS_AS_MILLIS(struct run *run, const struct op *op, char *base);
enum decode_result slow_MILLIS_AS_MICROS(struct run *run, const struct op *op, char *base);
enum decode_result slow_DECIMAL_BYTES(struct run *run, const struct op *op, char *base);
enum decode_result slow_DECIMAL_FIXED(struct run *run, const struct op *op, char *base);

#endif
