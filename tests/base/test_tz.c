/* SPDX-License-Identifier: Apache-2.0 */
/* The zone reader against Python's zoneinfo: the answers in tz_cases.inc are its. */
#include "base/tz.h"
#include "base/tz_rule.h"
#include "tests/support/random.h"
#include "tests/support/zones.h"

#include <criterion/criterion.h>

#include <stdlib.h>

struct instant_case {
    unsigned zone;
    int64_t utc_s;
    int32_t offset_s;
};

struct local_case {
    unsigned zone;
    int64_t local_s;
    int64_t utc_s;
};

#include "tests/base/tz_cases.inc"

enum { DAY_S = 86400 };

/* The bytes in a block of their own size, so that a sanitizer sees a byte read behind the end. */
static char *
copy_of(const struct zone_file *file)
{
    char *bytes = malloc(file->n);

    memcpy(bytes, file->bytes, file->n);
    return bytes;
}

Test(tz, names_are_kept)
{
    struct tz *tz = zone_named("Asia/Kathmandu");

    cr_expect(str_equal(tz_name(tz), STR("Asia/Kathmandu")));
    tz_free(&tz);
    cr_expect(tz == NULL);
    tz_free(&tz);
}

Test(tz, offsets_agree_with_zoneinfo)
{
    struct tz *all[N_ZONE_FILES];

    for (size_t i = 0; i < N_ZONE_FILES; i++)
        all[i] = zone_file_read(&zone_files[i]);
    for (size_t i = 0; i < sizeof(instant_cases) / sizeof(instant_cases[0]); i++) {
        const struct instant_case *c = &instant_cases[i];
        int32_t offset_s = tz_offset_s(all[c->zone], c->utc_s);
        int64_t day = floor_to(c->utc_s + c->offset_s, DAY_S) / DAY_S;

        cr_expect(offset_s == c->offset_s, "%s at %lld: %d, not %d", zone_files[c->zone].name,
                  (long long)c->utc_s, offset_s, c->offset_s);
        cr_expect_eq(tz_local_day(all[c->zone], c->utc_s * SECOND_MS), day);
        cr_expect_eq(tz_local_day(all[c->zone], c->utc_s * SECOND_MS + 999), day);
    }
    for (size_t i = 0; i < N_ZONE_FILES; i++)
        tz_free(&all[i]);
}

Test(tz, local_times_agree_with_zoneinfo)
{
    struct tz *all[N_ZONE_FILES];

    for (size_t i = 0; i < N_ZONE_FILES; i++)
        all[i] = zone_file_read(&zone_files[i]);
    for (size_t i = 0; i < sizeof(local_cases) / sizeof(local_cases[0]); i++) {
        const struct local_case *c = &local_cases[i];
        int64_t day = floor_to(c->local_s, DAY_S) / DAY_S;
        evtime_ms t = tz_instant_of_local(all[c->zone], day, (int32_t)(c->local_s - day * DAY_S));

        cr_expect(t == c->utc_s * SECOND_MS, "%s shows %lld at %lld, not %lld",
                  zone_files[c->zone].name, (long long)c->local_s, (long long)t / 1000,
                  (long long)c->utc_s);
    }
    for (size_t i = 0; i < N_ZONE_FILES; i++)
        tz_free(&all[i]);
}

/* A local time that exists comes back: the instant shows it, and no instant before shows it. */
Test(tz, instant_of_local_is_the_first_that_shows_it)
{
    for (size_t i = 0; i < N_ZONE_FILES; i++) {
        struct tz *tz = zone_file_read(&zone_files[i]);

        for (int64_t t = 0; t < 150LL * 365 * DAY_S; t += 30011 * 7) {
            int64_t local_s = t + tz_offset_s(tz, t);
            int64_t day = floor_to(local_s, DAY_S) / DAY_S;
            int64_t first = tz_instant_of_local(tz, day, (int32_t)(local_s - day * DAY_S)) / 1000;

            cr_assert(first <= t, "%s %lld", zone_files[i].name, (long long)t);
            cr_assert(first + tz_offset_s(tz, first) == local_s, "%s %lld", zone_files[i].name,
                      (long long)t);
        }
        tz_free(&tz);
    }
}

Test(tz, fat_and_slim_files_of_a_zone_agree)
{
    static const unsigned pairs[][2] = {{0, 1}, {3, 4}};

    for (int i = 0; i < 2; i++) {
        struct tz *a = zone_file_read(&zone_files[pairs[i][0]]);
        struct tz *b = zone_file_read(&zone_files[pairs[i][1]]);

        for (int64_t t = 0; t < 253402300800; t += 3600 * 997)
            cr_assert_eq(tz_offset_s(a, t), tz_offset_s(b, t), "%lld", (long long)t);
        tz_free(&a);
        tz_free(&b);
    }
}

/* The first block of a fat file is a whole file of version 1, in 32 bits. */
Test(tz, version_1_is_read)
{
    struct tz *whole = zone_file_read(&zone_files[0]);
    struct tz *first = NULL;
    char *bytes = copy_of(&zone_files[0]);

    bytes[4] = 0;
    cr_assert_eq(tz_new(str_of(bytes, zone_files[0].n), STR("v1"), &first, NULL), ERR_NONE);
    for (int64_t t = 0; t < 2140000000; t += 3600 * 97)
        cr_assert_eq(tz_offset_s(whole, t), tz_offset_s(first, t), "%lld", (long long)t);
    free(bytes);
    tz_free(&whole);
    tz_free(&first);
}

Test(tz, utc_is_utc)
{
    cr_expect(str_equal(tz_name(tz_utc()), STR("UTC")));
    cr_expect_eq(tz_offset_s(tz_utc(), -5), 0);
    cr_expect_eq(tz_local_day(tz_utc(), -1), -1);
    cr_expect_eq(tz_local_day(tz_utc(), 0), 0);
    cr_expect_eq(tz_instant_of_local(tz_utc(), 2, 30), 2 * (int64_t)DAY_MS + 30000);
    cr_expect(tz_offsets_are_multiples(tz_utc(), DAY_MS));
}

static bool
multiples(unsigned zone, dur_ms step_ms)
{
    struct tz *tz = zone_file_read(&zone_files[zone]);
    bool yes = tz_offsets_are_multiples(tz, step_ms);

    tz_free(&tz);
    return yes;
}

/* What was before 1970 (Berlin's local mean time, to the second) does not count. */
Test(tz, offsets_since_1970_are_judged)
{
    cr_expect(multiples(0, HOUR_MS));
    cr_expect(!multiples(0, 2 * HOUR_MS));
    cr_expect(multiples(3, 30 * MINUTE_MS));
    cr_expect(!multiples(3, HOUR_MS));
    cr_expect(multiples(6, 15 * MINUTE_MS) && !multiples(6, 30 * MINUTE_MS)); /* Kathmandu */
    cr_expect(multiples(13, 30 * SECOND_MS) && !multiples(13, MINUTE_MS));    /* Monrovia to 1972 */
}

Test(tz, cut_files_are_refused)
{
    for (size_t i = 0; i < 2; i++) {
        char *bytes = copy_of(&zone_files[i]);

        for (size_t n = 0; n < zone_files[i].n; n++) {
            struct tz *tz = NULL;
            struct error error = {0};
            char *part = n > 0 ? malloc(n) : NULL;

            if (n > 0)
                memcpy(part, bytes, n);
            cr_assert_eq(tz_new(str_of(part, n), STR("X/Y"), &tz, &error), ERR_CONFIG, "%zu", n);
            cr_assert(tz == NULL && strstr(error.text, "X/Y") != NULL);
            free(part);
        }
        free(bytes);
    }
}

/* Changes the bytes [at, at + n) of the slim Berlin and expects the sentence. */
static void
expect_refused(size_t at, const void *with, size_t n, const char *sentence)
{
    struct tz *tz = NULL;
    struct error error = {0};
    char *bytes = copy_of(&zone_files[1]);

    memcpy(bytes + at, with, n);
    cr_expect_eq(tz_new(str_of(bytes, zone_files[1].n), STR("X"), &tz, &error), ERR_CONFIG, "%s",
                 sentence);
    cr_expect(strstr(error.text, sentence) != NULL, "%s", error.text);
    tz_free(&tz);
    free(bytes);
}

Test(tz, files_that_contradict_themselves_are_refused)
{
    char *bytes = copy_of(&zone_files[1]);
    size_t at = 4; /* of the second header */

    while (memcmp(bytes + at, "TZif", 4) != 0)
        at++;
    size_t n_times = (unsigned char)bytes[at + 35] + 256u * (unsigned char)bytes[at + 34];

    expect_refused(0, "TZiF", 4, "does not start with TZif");
    expect_refused(at, "TZiF", 4, "does not start with TZif");
    expect_refused(4, "9", 1, "version");
    expect_refused(at + 32, "\xff\xff\xff\xff", 4, "is cut");
    expect_refused(at + 36, "\0\0\0\0", 4, "local time type");
    expect_refused(at + 44 + 8, bytes + at + 44, 8, "do not ascend");
    expect_refused(at + 44 + 8 * (n_times - 1), "\x7f\0\0\0\0\0\0\0", 8, "9999");
    expect_refused(at + 44 + 8 * n_times, "\xff", 1, "does not have");
    expect_refused(at + 44 + 9 * n_times, "\x7f\xff\xff\xff", 4, "26 hours");
    expect_refused(zone_files[1].n - 3, "/?\n", 3, "TZ string");
    expect_refused(zone_files[1].n - 1, "?", 1, "cut in its last line");
    free(bytes);
}

/* Random damage: refused or read, but never a crash, and what is read answers. */
Test(tz, damaged_files_do_no_harm)
{
    uint64_t seed = 9;
    unsigned read = 0;

    for (int round = 0; round < 6000; round++) {
        const struct zone_file *z = &zone_files[1 + (unsigned)round % (N_ZONE_FILES - 1)];
        char *bytes = copy_of(z);
        struct tz *tz = NULL;

        for (int i = 0; i < 1 + round % 4; i++) {
            uint64_t r = random_next(&seed);

            bytes[(r >> 32) % z->n] = (char)(r >> 20);
        }
        if (tz_new(str_of(bytes, z->n), STR("X"), &tz, NULL) == ERR_NONE) {
            read++;
            for (int64_t day = -800; day < 60000; day += 997) {
                evtime_ms t = tz_instant_of_local(tz, day, 0);
                int32_t offset_s = tz_offset_s(tz, t / SECOND_MS);

                cr_assert(offset_s >= -93600 && offset_s <= 93600);
            }
        }
        tz_free(&tz);
        free(bytes);
    }
    cr_expect(read > 100 && read < 5900);
}

struct rule_case {
    const char *text;
    bool ok;
    int year;
    int64_t start_s; /* 0, 0: no daylight time */
    int64_t end_s;
};

static const struct rule_case rule_cases[] = {
    {"CET-1CEST,M3.5.0,M10.5.0/3", true, 2026, 1774746000, 1792890000},
    {"EST5EDT,M3.2.0,M11.1.0", true, 2026, 1772953200, 1793512800},
    {"IST-1GMT0,M10.5.0,M3.5.0/1", true, 2026, 1792890000, 1774746000},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, 2026, 1774746000, 1792890000},
    {"XXX0YYY,J60/0,J365/0", true, 2024, 1709251200, 1735599600}, /* 1 March, in a leap year too */
    {"XXX0YYY,J59/0,365/0", true, 2024, 1709078400, 1735599600},
    {"XXX0YYY,59/0,60/0:30:15", true, 2023, 1677628800, 1677713415},
    {"EST5EDT4,0/0,J365/25", true, 2026, 1767243600, 1798779600}, /* daylight time all year */
    {"<+01>-1", true, 0, 0, 0},
    {"UTC0", true, 0, 0, 0},
    {"XXX-12:30:15", true, 0, 0, 0},
    {"", false, 0, 0, 0},
    {"CET", false, 0, 0, 0},
    {"CE-1", false, 0, 0, 0},
    {"<+01-1", false, 0, 0, 0},
    {"CET-1CEST", false, 0, 0, 0},
    {"CET-1CEST,M3.5.0", false, 0, 0, 0},
    {"CET-1CEST,M13.5.0,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,M3.6.0,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,M3.5.7,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,J0,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,366,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,M3.5.0/168,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,M3.5.0/,M10.5.0", false, 0, 0, 0},
    {"CET-1CEST,M3.5.0,M10.5.0x", false, 0, 0, 0},
    {"CET-25", false, 0, 0, 0},
    {"CET-1:60", false, 0, 0, 0},
};

Test(tz_rule, parses_tz_strings_and_nothing_else)
{
    for (size_t i = 0; i < sizeof(rule_cases) / sizeof(rule_cases[0]); i++) {
        const struct rule_case *c = &rule_cases[i];
        struct tz_rule rule = {0};
        int64_t start_s = 0;
        int64_t end_s = 0;
        bool ok = tz_rule_parse(str_from(c->text), &rule);

        cr_expect(ok == c->ok, "%s", c->text);
        if (!ok)
            continue;
        cr_expect_eq(rule.has_daylight, c->year > 0, "%s", c->text);
        if (rule.has_daylight)
            tz_rule_changes(&rule, c->year, &start_s, &end_s);
        cr_expect(start_s == c->start_s && end_s == c->end_s, "%s: %lld %lld", c->text,
                  (long long)start_s, (long long)end_s);
    }
}
