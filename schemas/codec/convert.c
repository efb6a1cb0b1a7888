/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of a plan that are rare in events: promotions, other units, decimals, bytes. */
#include "schemas/codec/run.h"

enum decode_result
slow_SHORT_STRING(struct run *run, const struct op *op, char *base)
{
    struct str s;

    TRY(cursor_string(&run->c, op->n, &s));
    STORE(base, op->at, s);
    return DECODE_OK;
}

enum decode_result
slow_BYTES(struct run *run, const struct op *op, char *base)
{
    struct str s;

    TRY(cursor_bytes(&run->c, op->n, &s));
    STORE(base, op->at, s);
    return DECODE_OK;
}

enum decode_result
slow_FIXED(struct run *run, const struct op *op, char *base)
{
    const unsigned char *p;

    TRY(cursor_raw(&run->c, op->n, &p));
    memcpy(base + op->at, p, op->n);
    return DECODE_OK;
}

enum decode_result
slow_FLOAT(struct run *run, const struct op *op, char *base)
{
    const unsigned char *p;
    uint32_t bits;

    TRY(cursor_raw(&run->c, 4, &p));
    bits = cursor_le32(p);
    STORE(base, op->at, bits);
    return DECODE_OK;
}

enum decode_result
slow_FLOAT_AS_DOUBLE(struct run *run, const struct op *op, char *base)
{
    float narrow;
    double wide;

    TRY(slow_FLOAT(run, &(struct op){.at = 0}, (char *)&narrow));
    wide = (double)narrow;
    STORE(base, op->at, wide);
    return DECODE_OK;
}

enum decode_result
slow_INT_AS_FLOAT(struct run *run, const struct op *op, char *base)
{
    int64_t v;
    float f;

    TRY(cursor_long(&run->c, &v));
    f = (float)v;
    STORE(base, op->at, f);
    return op->n != 0 && v != (int32_t)v ? DECODE_BAD_VALUE : DECODE_OK;
}

enum decode_result
slow_INT_AS_DOUBLE(struct run *run, const struct op *op, char *base)
{
    int64_t v;
    double d;

    TRY(cursor_long(&run->c, &v));
    d = (double)v;
    STORE(base, op->at, d);
    return op->n != 0 && v != (int32_t)v ? DECODE_BAD_VALUE : DECODE_OK;
}

enum decode_result
slow_INT_AS_LONG(struct run *run, const struct op *op, char *base)
{
    int64_t v;

    TRY(cursor_long(&run->c, &v));
    STORE(base, op->at, v);
    return v != (int32_t)v ? DECODE_BAD_VALUE : DECODE_OK;
}

enum decode_result
slow_MICROS_AS_MILLIS(struct run *run, const struct op *op, char *base)
{
    int64_t micros;
    int64_t millis;

    TRY(cursor_long(&run->c, &micros));
    millis = micros / 1000 - (micros % 1000 < 0);
    STORE(base, op->at, millis);
    return DECODE_OK;
}

enum decode_result
slow_MILLIS_AS_MICROS(struct run *run, const struct op *op, char *base)
{
    int64_t millis;
    int64_t micros;

    TRY(cursor_long(&run->c, &millis));
    if (__builtin_mul_overflow(millis, (int64_t)1000, &micros))
        return DECODE_BAD_VALUE;
    STORE(base, op->at, micros);
    return DECODE_OK;
}

/* Two's complement, big-endian, of any length: leading bytes that only repeat the sign are allowed.
 */
static enum decode_result
store_decimal(const unsigned char *p, size_t n, const struct op *op, char *base)
{
    unsigned char sign = n > 0 && p[0] >= 0x80 ? 0xff : 0;
    uint64_t v = sign != 0 ? UINT64_MAX : 0;
    int64_t result;

    for (; n > 8; n--, p++)
        if (*p != sign)
            return DECODE_BAD_VALUE;
    if (n == 8 && (*p >= 0x80) != (sign != 0))
        return DECODE_BAD_VALUE;
    for (size_t i = 0; i < n; i++)
        v = (v << 8) | p[i];
    result = (int64_t)v;
    if (result <= -INT64_C(1000000000000000000) || result >= INT64_C(1000000000000000000))
        return DECODE_BAD_VALUE;
    STORE(base, op->at, result);
    return DECODE_OK;
}

enum decode_result
slow_DECIMAL_BYTES(struct run *run, const struct op *op, char *base)
{
    struct str s;

    TRY(cursor_bytes(&run->c, AVRO_BYTES_MAX, &s));
    return store_decimal((const unsigned char *)s.p, s.n, op, base);
}

enum decode_result
slow_DECIMAL_FIXED(struct run *run, const struct op *op, char *base)
{
    const unsigned char *p;

    TRY(cursor_raw(&run->c, op->n, &p));
    return store_decimal(p, op->n, op, base);
}
