/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/zone.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdlib.h>

Test(zone, reads_a_zone_once)
{
    struct zones zones = {0};
    const struct tz *a, *b, *utc;
    struct error error;

    cr_assert_eq(zones_get(&zones, STR("Europe/Berlin"), &a, &error), ERR_NONE, "%s", error.text);
    cr_assert_eq(zones_get(&zones, STR("Europe/Berlin"), &b, &error), ERR_NONE);
    cr_assert_eq(zones_get(&zones, STR("UTC"), &utc, &error), ERR_NONE);
    cr_expect_eq(a, b);
    cr_expect_eq(zones.n, 1);
    cr_expect_eq(utc, tz_utc());
    cr_expect_eq(tz_offset_s(a, INT64_C(1782000000)), 7200); /* a summer day of 2026 */
    cr_expect_neq(zones_rules_hash(&zones, a), 0);
    cr_expect_eq(zones_rules_hash(&zones, utc), 0);
    zones_fini(&zones);
    cr_expect_eq(zones.n, 0);
}

struct bad_name {
    const char *name;
};

static const struct bad_name bad_names[] = {
    {""},
    {"/etc/passwd"},
    {"../../../etc/passwd"},
    {"Europe/../Europe/Berlin"},
    {"Europe/"},
    {"Europe//Berlin"},
    {"Europe"},
    {"tzdata.zi"},
    {"./UTC"},
    {"Europe/Berlin "},
    {"a/b/c/d"},
    {"Nowhere/Atall"},
    {"zone.tab"},
    {"Europe\\Berlin"},
    {"leapseconds"},
};

ParameterizedTestParameters(zone, refuses_names_that_are_none)
{
    return cr_make_param_array(const struct bad_name, (struct bad_name *)(uintptr_t)bad_names,
                               sizeof bad_names / sizeof bad_names[0]);
}

ParameterizedTest(const struct bad_name *bad, zone, refuses_names_that_are_none)
{
    struct zones zones = {0};
    const struct tz *tz = NULL;
    struct error error = {0};

    cr_expect_eq(zones_get(&zones, str_from(bad->name), &tz, &error), ERR_CONFIG, "%s", bad->name);
    cr_expect_null(tz);
    cr_expect_neq(error.text[0], 0);
    zones_fini(&zones);
}

Test(zone, takes_the_folder_from_the_environment)
{
    struct zones zones = {0};
    const struct tz *tz = NULL;
    struct strbuf version = {0};
    struct error error = {0};

    cr_assert_eq(setenv("TZDIR", "tests/stage", 1), 0);
    cr_expect_eq(zones_get(&zones, STR("Europe/Berlin"), &tz, &error), ERR_CONFIG);
    zones_add_version(&version);
    cr_expect(str_equal(strbuf_str(&version), STR("unknown")));
    strbuf_fini(&version);
    zones_fini(&zones);
}
