/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/hop/profile.h"
#include "tests/support/random.h"
#include "tests/support/scene.h"

#include <criterion/criterion.h>

#include <stdio.h>

static struct settings settings;
static struct profiles *p;
static struct arena arena;

static void
start(void)
{
    settings = scene_settings();
    p = profiles_new(&settings);
}

static void
stop(void)
{
    profiles_free(&p);
    arena_fini(&arena);
}

TestSuite(profile, .init = start, .fini = stop);
TestSuite(issue_types, .init = start, .fini = stop);

/* The profile of a tenant and a channel, with a reference. */
static uint32_t
make(const char *tenant, const char *channel)
{
    uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
    uint32_t profile;

    tuple[0] = profiles_text(p, str_from(tenant));
    tuple[1] = profiles_text(p, str_from(channel));
    profile = profile_get(p, tuple);
    profiles_text_release(p, tuple[0]);
    profiles_text_release(p, tuple[1]);
    return profile;
}

Test(profile, equal_tuples_are_one_number_that_is_never_0)
{
    uint32_t a = make("acme", "email");

    cr_expect_neq(a, 0);
    cr_expect_eq(make("acme", "email"), a);
    cr_expect_neq(make("acme", "chat"), a);
    cr_expect_neq(make("", "email"), a);
    cr_expect_eq(profiles_count(p), 3);
}

Test(profile, goes_with_its_last_reference_and_its_texts_with_it)
{
    size_t before = profiles_bytes(p);
    uint32_t profile = make("acme", "email");
    size_t bytes;

    profile_hold(p, profile);
    profile_release(p, profile);
    cr_expect_eq(profiles_count(p), 1);
    cr_expect(str_equal(profile_tenant_text(p, profile), STR("acme")));
    profile_release(p, profile);
    cr_expect_eq(profiles_count(p), 0);
    bytes = profiles_bytes(p);
    for (int i = 0; i < 5000; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "tenant-%d", i);
        profile_release(p, make(name, name));
    }
    cr_expect_eq(profiles_bytes(p), bytes);
    cr_expect_geq(bytes, before);
}

Test(profile, with_replaces_one_dimension_only)
{
    uint32_t email = make("acme", "email");
    uint32_t bob = profile_with(p, email, 2, STR("bob"));
    struct partial_profile d;

    cr_expect_neq(bob, email);
    profile_describe(p, bob, &arena, &d);
    cr_expect(str_equal(d.values.v[0], STR("email")));
    cr_expect(str_equal(d.values.v[2], STR("bob")));
    cr_expect_eq(profile_with(p, bob, 2, STR("")), email);
    cr_expect_eq(profile_with(p, bob, 2, STR("bob")), bob);
}

Test(profile, its_description_leads_back_to_it)
{
    uint64_t seed = 5;

    for (int i = 0; i < 500; i++) {
        static const char *const words[] = {"", "a", "b", "a|b", "\xc3\xa4", "billing"};
        uint32_t tuple[PROFILE_TUPLE_MAX] = {0};
        struct str types[4];
        struct partial_profile d;
        size_t n = random_next(&seed) % 4;

        for (size_t k = 0; k < n; k++)
            types[k] = str_from(words[random_next(&seed) % 6]);
        for (unsigned k = 0; k <= SCENE_DIMENSIONS; k++)
            tuple[k] = k == 1 + SCENE_ISSUE_TYPE
                           ? profiles_text(p, issue_types_pack(types, n, &arena))
                           : profiles_text(p, str_from(words[random_next(&seed) % 6]));
        n = profile_get(p, tuple);
        profile_describe(p, (uint32_t)n, &arena, &d);
        cr_assert_eq(d.values.n, SCENE_DIMENSIONS);
        cr_assert_eq(d.values.v[SCENE_ISSUE_TYPE].n, 0, "the types are apart");
        cr_assert_eq(profile_of_description(p, &d), n);
    }
}

Test(issue_types, order_repetition_and_empty_ones_do_not_matter)
{
    struct str a[] = {STR("login"), STR("billing"), STR(""), STR("login")};
    struct str b[] = {STR("billing"), STR("login")};
    struct str packed = issue_types_pack(a, 4, &arena);
    struct str *types;
    size_t n;

    cr_expect(str_equal(packed, issue_types_pack(b, 2, &arena)));
    types = issue_types_unpack(packed, &arena, &n);
    cr_assert_eq(n, 2);
    cr_expect(str_equal(types[0], STR("billing")));
    cr_expect(str_equal(types[1], STR("login")));
}

Test(issue_types, nothing_is_the_empty_text)
{
    struct str empty[] = {STR(""), STR("")};
    size_t n = 7;

    cr_expect_eq(issue_types_pack(NULL, 0, &arena).n, 0);
    cr_expect_eq(issue_types_pack(empty, 2, &arena).n, 0);
    (void)issue_types_unpack(STR(""), &arena, &n);
    cr_expect_eq(n, 0);
}

Test(issue_types, that_look_alike_joined_are_apart)
{
    struct str a[] = {STR("ab"), STR("c")};
    struct str b[] = {STR("a"), STR("bc")};
    struct str c[] = {str_of("a\0b", 3)};

    cr_expect_not(str_equal(issue_types_pack(a, 2, &arena), issue_types_pack(b, 2, &arena)));
    cr_expect_eq(issue_types_pack(c, 1, &arena).n, 7);
}
