/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a plan's program. The loop keeps the cursor in registers: an operation of ops.tbl's OP kind
 * is inlined into the switch, one of the SLOW kind gets the cursor through struct run and gives it
 * back.
 *
 * Hostile bytes: each length and count is compared with what remains before it is used. What the
 * wire can ask for at no cost to the sender (empty items, records inside themselves) is paid from a
 * budget per record.
 */
#include "schemas/codec/run.h"

enum {
    DEPTH_MAX = 64,                /* lists inside lists, skipped records inside each other */
    BUDGET_MAX = 64 * 1024 * 1024, /* bytes of items in memory, for one record */
    KEY_MAX = AVRO_STRING_MAX      /* bytes of a map's key */
};

static enum decode_result run_program(struct run *run, uint32_t start, char *base);

#define INLINE static inline __attribute__((always_inline)) enum decode_result

INLINE
op_STRING(struct cursor *c, const struct op **op, char *base)
{
    struct str s;

    TRY(cursor_usual_string(c, (*op)->n, &s));
    STORE(base, (*op)->at, s);
    return DECODE_OK;
}

/* The index of a union of two, of which one is null: 0 or 1, on the wire nearly always the byte 0
 * or 2. */
INLINE
read_is_null(struct cursor *c, const struct op *op, bool *ret)
{
    int64_t index;

    if (__builtin_expect(c->p < c->end, 1)) {
        uint32_t byte = *c->p;

        *ret = byte == op->n;
        if (__builtin_expect(*ret || (byte ^ 2) == op->n, 1)) {
            c->p++;
            return DECODE_OK;
        }
    }
    TRY(cursor_long(c, &index));
    *ret = index == op->n >> 1;
    return (uint64_t)index > 1 ? DECODE_BAD_VALUE : DECODE_OK;
}

INLINE
op_NULL_STRING(struct cursor *c, const struct op **op, char *base)
{
    struct str s;
    bool is_null;

    TRY(read_is_null(c, *op, &is_null));
    if (is_null) {
        base[(*op)->has_at] = 0;
        return DECODE_OK;
    }
    base[(*op)->has_at] = 1;
    TRY(cursor_usual_string(c, (*op)->more, &s));
    STORE(base, (*op)->at, s);
    return DECODE_OK;
}

INLINE
op_LONG(struct cursor *c, const struct op **op, char *base)
{
    int64_t v;

    TRY(cursor_long(c, &v));
    STORE(base, (*op)->at, v);
    return DECODE_OK;
}

INLINE
op_NULLABLE(struct cursor *c, const struct op **op, char *base)
{
    bool is_null;

    TRY(read_is_null(c, *op, &is_null));
    base[(*op)->has_at] = !is_null;
    *op += is_null ? (*op)->more : 0;
    return DECODE_OK;
}

INLINE
op_ENUM(struct cursor *c, const struct op **op, char *base)
{
    const int32_t *map = (*op)->ref;
    int64_t index;

    TRY(cursor_long(c, &index));
    if (__builtin_expect((uint64_t)index >= (*op)->n, 0))
        return DECODE_BAD_VALUE;
    STORE(base, (*op)->at, map[index]);
    return __builtin_expect(map[index] < 0, 0) ? DECODE_UNKNOWN_ENUM : DECODE_OK;
}

INLINE
op_BOOLEAN(struct cursor *c, const struct op **op, char *base)
{
    if (c->p == c->end)
        return DECODE_TRUNCATED;
    if (*c->p > 1)
        return DECODE_BAD_VALUE;
    base[(*op)->at] = (char)*c->p++;
    return DECODE_OK;
}

INLINE
op_DOUBLE(struct cursor *c, const struct op **op, char *base)
{
    const unsigned char *p;
    uint64_t bits;

    TRY(cursor_raw(c, 8, &p));
    bits = cursor_le64(p);
    STORE(base, (*op)->at, bits);
    return DECODE_OK;
}

INLINE
op_COPY(struct cursor *c, const struct op **op, char *base)
{
    (void)c;
    memcpy(base + (*op)->at, (*op)->ref, (*op)->n);
    return DECODE_OK;
}

INLINE
op_UNION(struct cursor *c, const struct op **op, char *base)
{
    const uint32_t *targets = (*op)->ref;
    int64_t index;

    (void)base;
    TRY(cursor_long(c, &index));
    if (__builtin_expect((uint64_t)index >= (*op)->n, 0))
        return DECODE_BAD_VALUE;
    *op += targets[index];
    return DECODE_OK;
}

INLINE
op_KIND(struct cursor *c, const struct op **op, char *base)
{
    (void)c;
    STORE(base, (*op)->at, (*op)->n);
    return DECODE_OK;
}

INLINE
op_JUMP(struct cursor *c, const struct op **op, char *base)
{
    (void)c;
    (void)base;
    *op += (*op)->more;
    return DECODE_OK;
}

INLINE
op_TRUE(struct cursor *c, const struct op **op, char *base)
{
    (void)c;
    base[(*op)->has_at] = 1;
    return DECODE_OK;
}

INLINE
op_FALSE(struct cursor *c, const struct op **op, char *base)
{
    (void)c;
    base[(*op)->has_at] = 0;
    return DECODE_OK;
}

INLINE
op_INT(struct cursor *c, const struct op **op, char *base)
{
    int64_t v;
    int32_t small;

    TRY(cursor_long(c, &v));
    small = (int32_t)v;
    STORE(base, (*op)->at, small);
    return small == v ? DECODE_OK : DECODE_BAD_VALUE;
}

INLINE
op_SKIP_VARINT(struct cursor *c, const struct op **op, char *base)
{
    int64_t v;

    (void)op;
    (void)base;
    return cursor_long(c, &v);
}

INLINE
op_SKIP_BYTES(struct cursor *c, const struct op **op, char *base)
{
    struct str s;

    (void)op;
    (void)base;
    return cursor_bytes(c, UINT32_MAX, &s);
}

INLINE
op_SKIP_RAW(struct cursor *c, const struct op **op, char *base)
{
    const unsigned char *p;

    (void)base;
    return cursor_raw(c, (*op)->n, &p);
}

static enum decode_result
pay(struct run *run, size_t n, size_t each)
{
    size_t cost;

    if (__builtin_mul_overflow(n, each, &cost) || cost > run->budget)
        return DECODE_TOO_LONG;
    run->budget -= cost;
    return DECODE_OK;
}

/* The head of the next block of a list. A negative count is followed by the block's size in bytes.
 */
static enum decode_result
read_block(struct run *run, const struct sub *sub, size_t *ret_n, int64_t *ret_bytes)
{
    int64_t n;

    *ret_bytes = -1;
    *ret_n = 0;
    if (run->c.p < run->c.end && *run->c.p == 0) {
        run->c.p++;
        return DECODE_OK;
    }
    TRY(cursor_long(&run->c, &n));
    if (n < 0) {
        TRY(cursor_long(&run->c, ret_bytes));
        if (n == INT64_MIN || *ret_bytes < 0)
            return DECODE_BAD_VALUE;
        if ((uint64_t)*ret_bytes > cursor_left(&run->c))
            return DECODE_TRUNCATED;
        n = -n;
    }
    if ((sub->takes_bytes || sub->has_key) && (uint64_t)n > cursor_left(&run->c))
        return DECODE_TRUNCATED;
    *ret_n = (size_t)n;
    return DECODE_OK;
}

/* Room for `more` items behind the `n` that are there; at least doubles, since blocks may be of one
 * item each. */
static enum decode_result
grow_list(struct run *run, const struct sub *sub, struct avro_list *list, size_t *cap, size_t more)
{
    size_t need = list->n + more;
    void *v;

    if (need <= *cap)
        return DECODE_OK;
    need = need < 2 * *cap ? 2 * *cap : need;
    TRY(pay(run, need, sub->size + 1));
    v = arena_alloc(run->arena, need, sub->size);
    if (list->n > 0)
        memcpy(v, list->v, list->n * sub->size);
    list->v = v;
    *cap = need;
    return DECODE_OK;
}

/*
 * Items of which each is one string, or entries of which each value is. The cursor comes and goes
 * by value, as with cursor_read_varint().
 */
static struct cursor_varint
read_strings(struct cursor c, const struct sub *sub, char *item, size_t n)
{
    enum decode_result r = DECODE_OK;

    for (; n > 0 && __builtin_expect(r == DECODE_OK, 1); n--, item += sub->size) {
        struct str s;

        if (sub->has_key) {
            r = cursor_usual_string(&c, KEY_MAX, &s);
            if (r != DECODE_OK)
                break;
            STORE(item, 0, s);
        }
        r = cursor_usual_string(&c, sub->string_max, &s);
        if (r == DECODE_OK)
            STORE(item, sub->string_at, s);
    }
    return (struct cursor_varint){.p = r == DECODE_OK ? c.p : NULL, .v = r};
}

static enum decode_result
read_items(struct run *run, const struct sub *sub, char *item, size_t n)
{
    if (sub->is_string) {
        struct cursor_varint end = read_strings(run->c, sub, item, n);

        run->c.p = end.p != NULL ? end.p : run->c.p;
        return end.p != NULL ? DECODE_OK : (enum decode_result)end.v;
    }
    for (; n > 0; n--, item += sub->size) {
        struct str key;

        if (sub->has_key) {
            TRY(cursor_string(&run->c, KEY_MAX, &key));
            STORE(item, 0, key);
        }
        TRY(run_program(run, sub->start, item));
    }
    return DECODE_OK;
}

/* The blocks of a list behind the `list->n` items that were read, for which there was just room. */
static enum decode_result
read_blocks(struct run *run, const struct sub *sub, struct avro_list *list)
{
    const unsigned char *start;
    size_t cap = list->n;
    size_t n;
    int64_t bytes;

    if (++run->depth > DEPTH_MAX)
        return DECODE_TOO_LONG;
    for (;;) {
        TRY(read_block(run, sub, &n, &bytes));
        if (n == 0)
            break;
        TRY(grow_list(run, sub, list, &cap, n));
        start = run->c.p;
        TRY(read_items(run, sub, (char *)list->v + list->n * sub->size, n));
        list->n += n;
        if (bytes >= 0 && run->c.p - start != bytes)
            return DECODE_BAD_VALUE; /* who skips the list would end elsewhere */
    }
    run->depth--;
    return DECODE_OK;
}

static enum decode_result
slow_LIST(struct run *run, const struct op *op, char *base)
{
    struct avro_list list = {0};

    TRY(read_blocks(run, op->ref, &list));
    STORE(base, op->at, list);
    return DECODE_OK;
}

/*
 * The list of an event is a handful of strings in one block, or empty: a count of one byte, the
 * strings, 0. Its memory is within a small multiple of its bytes, so that it needs no budget.
 */
INLINE
op_STRINGS(struct run *run, struct cursor *c, const struct op *op, char *base)
{
    const struct sub *sub = op->ref;
    struct avro_list list = {0};
    struct cursor_varint end = {.p = c->p};
    unsigned count = c->p < c->end ? *c->p : 1;

    if ((count & 0x81) == 0 && count >> 1 < cursor_left(c)) {
        end.p++;
        if (count > 0) {
            list.n = count >> 1;
            list.v = arena_alloc(run->arena, list.n, sub->size);
            end = read_strings((struct cursor){end.p, c->end}, sub, list.v, list.n);
            if (__builtin_expect(end.p == NULL, 0))
                return (enum decode_result)end.v;
            if (end.p < c->end && *end.p == 0) {
                end.p++;
                count = 0;
            }
        }
    }
    c->p = end.p;
    if (__builtin_expect(count > 0, 0)) {
        run->c.p = c->p;
        TRY(read_blocks(run, sub, &list));
        c->p = run->c.p;
    }
    STORE(base, op->at, list);
    return DECODE_OK;
}

static enum decode_result
skip_items(struct run *run, const struct sub *sub, size_t n)
{
    struct str key;

    if (!sub->takes_bytes && !sub->has_key)
        TRY(pay(run, n, 1));
    for (size_t i = 0; i < n; i++) {
        if (sub->has_key)
            TRY(cursor_bytes(&run->c, UINT32_MAX, &key));
        TRY(run_program(run, sub->start, NULL));
    }
    return DECODE_OK;
}

static enum decode_result
slow_SKIP_LIST(struct run *run, const struct op *op, char *base)
{
    const struct sub *sub = op->ref;
    size_t n;
    int64_t bytes;

    (void)base;
    if (++run->depth > DEPTH_MAX)
        return DECODE_TOO_LONG;
    do {
        TRY(read_block(run, sub, &n, &bytes));
        if (bytes >= 0)
            run->c.p += bytes;
        else
            TRY(skip_items(run, sub, n));
    } while (n > 0);
    run->depth--;
    return DECODE_OK;
}

static enum decode_result
slow_CALL(struct run *run, const struct op *op, char *base)
{
    const struct sub *sub = op->ref;

    if (++run->depth > DEPTH_MAX)
        return DECODE_TOO_LONG;
    TRY(pay(run, 1, 1));
    TRY(run_program(run, sub->start, base));
    run->depth--;
    return DECODE_OK;
}

static enum decode_result
slow_REFUSE(struct run *run, const struct op *op, char *base)
{
    (void)run;
    (void)base;
    return (enum decode_result)op->n;
}

/*
 * Labels as values are no ISO C, but each operation then has a jump of its own to the next,
 * straight from the operation's record: twice as fast as a switch.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"

/* `run` NULL: only tells the places of the operations. */
static enum decode_result
run_at(struct run *run, uint32_t start, char *base, const void *const **ret_places)
{
    static const void *const places[] = {
#define OP(name)   &&do_##name,
#define SLOW(name) &&do_##name,
#define LIST(name) &&do_##name,
#include "schemas/codec/ops.tbl"
#undef OP
#undef SLOW
#undef LIST
        &&do_RETURN,
    };
    struct cursor c;
    const struct op *op;
    enum decode_result r;

    if (run == NULL) {
        *ret_places = places;
        return DECODE_OK;
    }
    op = run->plan->ops + start;
    c.p = run->c.p; /* by member: as a struct it would be kept in one vector register and unpacked
                       each time */
    c.end = run->c.end;

#define NEXT()                                                                                     \
    if (__builtin_expect(r != DECODE_OK, 0))                                                       \
        goto fail;                                                                                 \
    op++;                                                                                          \
    goto * op->of.go

    goto * op->of.go;
#define OP(name)                                                                                   \
    do_##name : r = op_##name(&c, &op, base);                                                      \
    NEXT();
#define SLOW(name)                                                                                 \
    do_##name : run->c.p = c.p;                                                                    \
    r = slow_##name(run, op, base);                                                                \
    c.p = run->c.p;                                                                                \
    NEXT();
#define LIST(name)                                                                                 \
    do_##name : r = op_##name(run, &c, op, base);                                                  \
    NEXT();
#include "schemas/codec/ops.tbl"
#undef OP
#undef SLOW
#undef LIST
#undef NEXT
do_RETURN:
    run->c.p = c.p;
    return DECODE_OK;
fail:
    if (run->failed == NULL)
        run->failed = op;
    return r;
}

#pragma GCC diagnostic pop

static enum decode_result
run_program(struct run *run, uint32_t start, char *base)
{
    return run_at(run, start, base, NULL);
}

const void *const *
decode_places(void)
{
    const void *const *places = NULL;

    (void)!run_at(NULL, 0, NULL, &places);
    return places;
}

enum decode_result
plan_decode_field(const struct plan *plan, struct str bytes, struct arena *arena, void *ret,
                  size_t *used, const char **ret_field)
{
    struct run run = {.plan = plan, .arena = arena, .c = cursor_of(bytes), .budget = BUDGET_MAX};
    enum decode_result r = run_program(&run, 0, ret);

    if (r == DECODE_OK && used == NULL && cursor_left(&run.c) > 0)
        r = DECODE_TRAILING_BYTES;
    if (r == DECODE_OK && used != NULL)
        *used = bytes.n - cursor_left(&run.c);
    if (r != DECODE_OK && ret_field != NULL)
        *ret_field = run.failed != NULL ? plan->names[run.failed - plan->ops] : NULL;
    return r;
}

enum decode_result
plan_decode(const struct plan *plan, struct str bytes, struct arena *arena, void *ret, size_t *used)
{
    return plan_decode_field(plan, bytes, arena, ret, used, NULL);
}

enum decode_result
plan_measure(const struct plan *plan, struct str bytes, size_t *ret)
{
    struct run run = {.plan = plan, .c = cursor_of(bytes), .budget = BUDGET_MAX};
    enum decode_result r = run_program(&run, plan->measure->start, NULL);

    if (r == DECODE_OK)
        *ret = bytes.n - cursor_left(&run.c);
    return r;
}
