/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` says, docs/config.md and docs/metrics.md, against the files of the tree. With
 * UPDATE_GOLDEN set in the environment the files are written instead: look at the difference before
 * you keep it.
 */
#include "stage/config_doc.h"
#include "stage/explain.h"
#include "stage/explain_text.h"
#include "stage/metrics_doc.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

static void
read_file(const char *path, struct strbuf *out)
{
    FILE *file = fopen(path, "rb");
    size_t n = 1;

    cr_assert_not_null(file, "%s", path);
    while (n > 0) {
        n = fread(strbuf_reserve(out, 65536), 1, 65536, file);
        strbuf_added(out, n);
    }
    (void)fclose(file);
}

static void
write_file(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");

    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(text.p, 1, text.n, file), text.n);
    cr_assert_eq(fclose(file), 0);
}

static void
expect_golden(struct str text, const char *path)
{
    struct strbuf expected = {0};
    size_t at = 0;

    if (getenv("UPDATE_GOLDEN") != NULL)
        write_file(path, text);
    read_file(path, &expected);
    while (at < text.n && at < expected.n && text.p[at] == expected.p[at])
        at++;
    cr_expect(str_equal(text, strbuf_str(&expected)),
              "%s differs at byte %zu (set UPDATE_GOLDEN=1 to write it): \"%.*s\"", path, at,
              text.n - at < 60 ? (int)(text.n - at) : 60, text.p + at);
    strbuf_fini(&expected);
}

static struct config *
load(const char *path)
{
    struct config *c = NULL;
    struct error error;

    cr_assert_eq(config_load(path, &c, &error), ERR_NONE, "%s", error.text);
    return c;
}

static const struct explain_load usual = {.rate = 1000, .tickets = 1000000, .segments = 1000};

static void
expect_explained(const char *path, const char *golden)
{
    struct config *c = load(path);
    struct strbuf out = {0};

    explain_add(&out, c, &usual);
    expect_golden(strbuf_str(&out), golden);
    strbuf_fini(&out);
    config_free(&c);
}

Test(explain, says_what_a_configuration_means)
{
    expect_explained("config/example.yaml", "tests/golden/check_example.txt");
}

/* source_delay: never, and the notes that follow from it. */
Test(explain, warns_where_something_may_surprise)
{
    expect_explained("tests/fuzz/corpus/config/flow.json", "tests/golden/check_notes.txt");
}

Test(explain, docs_are_what_the_tables_say)
{
    struct strbuf out = {0};

    config_doc_add(&out);
    expect_golden(strbuf_str(&out), "docs/config.md");
    strbuf_fini(&out);
}

Test(explain, docs_have_every_metric_of_the_catalogue)
{
    struct strbuf out = {0};

    metrics_doc_add(&out);
    expect_golden(strbuf_str(&out), "docs/metrics.md");
    strbuf_fini(&out);
}

/* No line is wider than a terminal, except for a single word. */
Test(explain, fits_into_80_columns)
{
    struct config *c = load("config/example.yaml");
    struct strbuf out = {0};
    size_t width = 0;

    explain_add(&out, c, &usual);
    for (size_t i = 0; i < out.n; i++) {
        width = out.p[i] == '\n' ? 0 : width + 1;
        cr_assert_leq(width, TEXT_COLUMNS, "%.*s", 80, out.p + i - 80);
    }
    strbuf_fini(&out);
    config_free(&c);
}

static void
expect_bytes(double bytes, const char *expected)
{
    struct strbuf out = {0};

    text_add_bytes(&out, bytes);
    cr_expect(str_equal(strbuf_str(&out), str_from(expected)), "%.*s", STR_ARG(strbuf_str(&out)));
    strbuf_fini(&out);
}

Test(explain, writes_numbers_for_people)
{
    struct strbuf out = {0};

    expect_bytes(0, "0 B");
    expect_bytes(999, "999 B");
    expect_bytes(1500, "1.5 kB");
    expect_bytes(999600, "1.0 MB");
    expect_bytes(60e6, "60 MB");
    expect_bytes(1.2e9, "1.2 GB");
    expect_bytes(5e15, "5000 TB");
    cr_expect_str_eq(text_number_of(&out, 1234567), "1,234,567");
    cr_expect_str_eq(text_duration(&out, 90 * MINUTE_MS), "1h30m");
    strbuf_clear(&out);
    text_add_local(&out, tz_utc(), INT64_C(1772442000000));
    cr_expect(str_equal(strbuf_str(&out), STR("Mon 2026-03-02 09:00")));
    strbuf_clear(&out);
    text_add_local(&out, tz_utc(), INT64_C(-1500));
    cr_expect(str_equal(strbuf_str(&out), STR("Wed 1969-12-31 23:59:58.500")));
    strbuf_fini(&out);
}
