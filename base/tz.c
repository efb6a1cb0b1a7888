/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zone is an array of changes (from, offset), ascending; the first one is "since ever". The rule
 * behind the table is written out as changes of the next 402 years when the zone is made. The
 * Gregorian calendar repeats itself every 400 years to the weekday, so a later instant has the
 * offset that it had a whole number of periods earlier, and every question is one binary search.
 *
 *      table             rule, written out                   the same again
 *   |----+--+---+--|--------|=========== 400 years ===========|......
 *                  last     period_from_s                     period_end_s
 */
#include "base/tz.h"

#include "base/mem.h"
#include "base/tz_rule.h"

enum { SECONDS_PER_DAY = 86400, DAYS_PER_PERIOD = 146097, YEARS_PER_PERIOD = 400 };

#define PERIOD_S   (INT64_C(146097) * 86400)
#define SINCE_EVER INT64_MIN

struct tz_change {
    int64_t from_s; /* since 1970, UTC */
    int32_t offset_s;
};

struct tz {
    char *name;
    size_t name_n;
    struct tz_change *changes; /* at least one */
    size_t n;
    size_t cap;
    int64_t period_end_s; /* INT64_MAX: the last offset stays */
};

static struct tz_change utc_change = {.from_s = SINCE_EVER};
static const struct tz utc = {
    .name = (char[]){"UTC"},
    .name_n = 3,
    .changes = &utc_change,
    .n = 1,
    .period_end_s = INT64_MAX,
};

const struct tz *
tz_utc(void)
{
    return &utc;
}

struct str
tz_name(const struct tz *tz)
{
    return str_of(tz->name, tz->name_n);
}

/* ---- reading ---- */

/* One data block of the file: what its header counts, and where its bytes are. */
struct block {
    char version;
    uint32_t n_isut;
    uint32_t n_isstd;
    uint32_t n_leap;
    uint32_t n_times;
    uint32_t n_types;
    uint32_t n_chars;
    size_t time_size; /* 4 in the first block, 8 in the second */
    const char *bytes;
    size_t size;
};

enum { HEADER_BYTES = 44, TYPE_BYTES = 6, OFFSET_MAX_S = 26 * 3600 };

static uint32_t
be32_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t
time_at(const struct block *b, size_t i)
{
    const char *p = b->bytes + i * b->time_size;

    if (b->time_size == 4)
        return (int32_t)be32_at(p);
    return (int64_t)((uint64_t)be32_at(p) << 32 | be32_at(p + 4));
}

/* Reads a header and finds its block at the start of `*rest`, which moves behind it. NULL or why
 * not. */
static const char *
read_block(struct str *rest, size_t time_size, struct block *ret)
{
    const char *p = rest->p;
    struct block b = {.time_size = time_size};

    if (rest->n < HEADER_BYTES)
        return "is cut in a header";
    if (memcmp(p, "TZif", 4) != 0)
        return "does not start with TZif";
    b.version = p[4];
    b.n_isut = be32_at(p + 20);
    b.n_isstd = be32_at(p + 24);
    b.n_leap = be32_at(p + 28);
    b.n_times = be32_at(p + 32);
    b.n_types = be32_at(p + 36);
    b.n_chars = be32_at(p + 40);
    b.bytes = p + HEADER_BYTES;
    /* Six 32-bit counts with factors below 16: no overflow in 64 bits. */
    uint64_t size = (uint64_t)b.n_times * (time_size + 1) + (uint64_t)b.n_types * TYPE_BYTES +
                    b.n_chars + (uint64_t)b.n_leap * (time_size + 4) + b.n_isstd + b.n_isut;

    if (size > rest->n - HEADER_BYTES)
        return "is cut";
    b.size = (size_t)size;
    *rest = str_of(b.bytes + b.size, rest->n - HEADER_BYTES - b.size);
    *ret = b;
    return NULL;
}

static void
add_change(struct tz *tz, int64_t from_s, int32_t offset_s)
{
    tz->changes = mem_grow(tz->changes, tz->n, &tz->cap, sizeof(*tz->changes));
    tz->changes[tz->n++] = (struct tz_change){.from_s = from_s, .offset_s = offset_s};
}

static const char *
read_changes(struct tz *tz, const struct block *b)
{
    const char *indexes = b->bytes + b->n_times * b->time_size;
    const char *types = indexes + b->n_times;

    if (b->n_types == 0 || b->n_types > 256)
        return "has no local time type, or more than 256";
    if (b->n_leap > 0)
        return "counts leap seconds, which instants here do not";
    for (uint32_t i = 0; i < b->n_types; i++) {
        int32_t offset_s = (int32_t)be32_at(types + (size_t)i * TYPE_BYTES);

        if (offset_s < -OFFSET_MAX_S || offset_s > OFFSET_MAX_S)
            return "has an offset of more than 26 hours";
    }
    add_change(tz, SINCE_EVER, (int32_t)be32_at(types));
    for (uint32_t i = 0; i < b->n_times; i++) {
        unsigned type = (unsigned char)indexes[i];
        int64_t from_s = time_at(b, i);

        if (type >= b->n_types)
            return "names a local time type that it does not have";
        if (from_s <= tz->changes[tz->n - 1].from_s)
            return "has times that do not ascend";
        if (from_s > EVTIME_MAX / SECOND_MS)
            return "has a time behind the year 9999";
        add_change(tz, from_s, (int32_t)be32_at(types + (size_t)type * TYPE_BYTES));
    }
    return NULL;
}

/* Adds a change of the rule, keeping the order; changes of the table stand. */
static void
add_rule_change(struct tz *tz, size_t n_table, int64_t from_s, int32_t offset_s)
{
    size_t at;

    if (from_s <= tz->changes[n_table - 1].from_s)
        return;
    add_change(tz, from_s, offset_s);
    for (at = tz->n - 1; tz->changes[at - 1].from_s > from_s; at--)
        tz->changes[at] = tz->changes[at - 1];
    tz->changes[at] = (struct tz_change){.from_s = from_s, .offset_s = offset_s};
}

static void
write_out_rule(struct tz *tz, const struct tz_rule *rule)
{
    size_t n_table = tz->n;
    /* The rule begins in the year of the table's last change; with no table, long before events. */
    int64_t days = floor_to(tz->changes[n_table - 1].from_s, SECONDS_PER_DAY) / SECONDS_PER_DAY;
    int64_t days_min = days_of_date(1900, 1, 1);
    int year;
    int month;
    int day;

    date_of_days(days > days_min ? days : days_min, &year, &month, &day);
    for (int i = 0; i < YEARS_PER_PERIOD + 2; i++) {
        int64_t start_s;
        int64_t end_s;

        tz_rule_changes(rule, year + i, &start_s, &end_s);
        /* Of two changes at one instant the later one written stands: the year's later one. */
        if (start_s > end_s) {
            add_rule_change(tz, n_table, end_s, rule->standard_s);
            add_rule_change(tz, n_table, start_s, rule->daylight_s);
        } else {
            add_rule_change(tz, n_table, start_s, rule->daylight_s);
            add_rule_change(tz, n_table, end_s, rule->standard_s);
        }
    }
    tz->period_end_s = days_of_date(year + YEARS_PER_PERIOD + 1, 7, 1) * SECONDS_PER_DAY;
}

/* Drops changes that change nothing, and all but the last of those at one instant. */
static void
drop_idle_changes(struct tz *tz)
{
    size_t n = 1;

    for (size_t i = 1; i < tz->n; i++) {
        if (i + 1 < tz->n && tz->changes[i + 1].from_s == tz->changes[i].from_s)
            continue;
        if (tz->changes[i].offset_s != tz->changes[n - 1].offset_s)
            tz->changes[n++] = tz->changes[i];
    }
    tz->n = n;
}

/* The line "\nTZ\n" behind the second block. */
static const char *
read_footer(struct tz *tz, struct str footer)
{
    struct tz_rule rule;
    const char *end;

    if (footer.n < 2 || footer.p[0] != '\n')
        return "has no last line";
    end = memchr(footer.p + 1, '\n', footer.n - 1);
    if (end == NULL)
        return "is cut in its last line";
    if (end == footer.p + 1)
        return NULL;
    if (!tz_rule_parse(str_of(footer.p + 1, (size_t)(end - footer.p - 1)), &rule))
        return "has a last line that is not a TZ string";
    if (rule.has_daylight)
        write_out_rule(tz, &rule);
    else if (tz->n == 1)
        tz->changes[0].offset_s = rule.standard_s;
    return NULL;
}

static const char *
read_file(struct tz *tz, struct str rest)
{
    struct block block;
    const char *wrong = read_block(&rest, 4, &block);

    if (wrong != NULL)
        return wrong;
    if (block.version == 0)
        return read_changes(tz, &block);
    if (block.version < '2' || block.version > '4')
        return "has a version that is not known";
    wrong = read_block(&rest, 8, &block);
    if (wrong == NULL)
        wrong = read_changes(tz, &block);
    if (wrong == NULL)
        wrong = read_footer(tz, rest);
    return wrong;
}

enum err
tz_new(struct str tzif, struct str name, struct tz **ret, struct error *reterr)
{
    struct tz *tz = mem_new(1, sizeof(*tz));
    const char *wrong;

    tz->period_end_s = INT64_MAX;
    tz->name = mem_new(name.n, 1);
    tz->name_n = name.n;
    if (name.n > 0)
        memcpy(tz->name, name.p, name.n);
    wrong = read_file(tz, tzif);
    if (wrong != NULL) {
        tz_free(&tz);
        return error_set(reterr, ERR_CONFIG, "time zone %.*s: the file %s", STR_ARG(name), wrong);
    }
    drop_idle_changes(tz);
    *ret = tz;
    return ERR_NONE;
}

void
tz_free(struct tz **tz)
{
    if (*tz == NULL)
        return;
    mem_free((*tz)->name);
    mem_free((*tz)->changes);
    mem_free(*tz);
    *tz = NULL;
}

/* ---- asking ---- */

/* How far back `t_s` has to go to lie before the end of what is written out. */
static int64_t
periods_s(const struct tz *tz, int64_t t_s)
{
    if (t_s < tz->period_end_s)
        return 0;
    return floor_to(t_s - tz->period_end_s, PERIOD_S) + PERIOD_S;
}

/* The change in force at utc_s, which lies before period_end_s. */
static size_t
change_at(const struct tz *tz, int64_t utc_s)
{
    size_t low = 0;
    size_t n = tz->n;

    /* changes[low].from_s <= utc_s < changes[low + n].from_s */
    while (n > 1) {
        size_t half = n / 2;
        bool right = tz->changes[low + half].from_s <= utc_s;

        low = right ? low + half : low;
        n = right ? n - half : half;
    }
    return low;
}

int32_t
tz_offset_s(const struct tz *tz, int64_t utc_s)
{
    return tz->changes[change_at(tz, utc_s - periods_s(tz, utc_s))].offset_s;
}

evtime_ms
tz_instant_of_local(const struct tz *tz, int64_t local_day, int32_t second_of_day)
{
    int64_t local_s = local_day * SECONDS_PER_DAY + second_of_day;
    int64_t back_s = periods_s(tz, local_s);
    int64_t early_s = local_s - back_s - OFFSET_MAX_S;
    size_t i = change_at(tz, early_s);
    int64_t utc_s = local_s - back_s - tz->changes[i].offset_s;

    /*
     * Under the offset of each change in turn, from one that is surely early enough: the first that
     * is still in force at that instant is the first showing. A second that is in none has been
     * jumped over by the change behind the last one that would have shown it later: that one's
     * offset, the one before the gap, moves it forward.
     */
    for (; i + 1 < tz->n && utc_s >= tz->changes[i + 1].from_s; i++) {
        int64_t next_s = local_s - back_s - tz->changes[i + 1].offset_s;

        if (next_s < tz->changes[i + 1].from_s)
            break;
        utc_s = next_s;
    }
    return (utc_s + back_s) * SECOND_MS;
}

int64_t
tz_local_day(const struct tz *tz, evtime_ms t)
{
    int64_t utc_s = floor_to(t, SECOND_MS) / SECOND_MS;

    return floor_to(utc_s + tz_offset_s(tz, utc_s), SECONDS_PER_DAY) / SECONDS_PER_DAY;
}

bool
tz_offsets_are_multiples(const struct tz *tz, dur_ms step_ms)
{
    for (size_t i = change_at(tz, 0); i < tz->n; i++)
        if (tz->changes[i].offset_s * (int64_t)SECOND_MS % step_ms != 0)
            return false;
    return true;
}
