/* SPDX-License-Identifier: Apache-2.0 */
#include "base/evtime48.h"
#include "tests/support/random.h"

#include <criterion/criterion.h>

Test(evtime48, takes_six_bytes)
{
    cr_expect_eq(sizeof(struct evtime48), 6);
}

Test(evtime48, all_zero_is_none)
{
    struct evtime48 zero = {{0, 0, 0}};

    cr_expect(evtime48_is_none(zero));
    cr_expect_eq(evtime48_get(zero), EVTIME_NONE);
    cr_expect(evtime48_is_none(evtime48_of(EVTIME_NONE)));
}

Test(evtime48, the_epoch_is_an_instant)
{
    cr_expect_not(evtime48_is_none(evtime48_of(0)));
    cr_expect_eq(evtime48_get(evtime48_of(0)), 0);
}

Test(evtime48, gives_back_every_instant_of_events)
{
    static const evtime_ms edges[] = {0,
                                      1,
                                      65534,
                                      65535,
                                      65536,
                                      65537,
                                      0xFFFFFFFE,
                                      0xFFFFFFFF,
                                      0x100000000,
                                      0x100000001,
                                      EVTIME_MAX - 1,
                                      EVTIME_MAX,
                                      (INT64_C(1) << 48) - 2};
    uint64_t seed = 1;

    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        cr_expect_eq(evtime48_get(evtime48_of(edges[i])), edges[i]);
        cr_expect_not(evtime48_is_none(evtime48_of(edges[i])));
    }
    for (int i = 0; i < 100000; i++) {
        evtime_ms t = (evtime_ms)(random_next(&seed) % (uint64_t)EVTIME_MAX);

        cr_assert_eq(evtime48_get(evtime48_of(t)), t);
    }
}
