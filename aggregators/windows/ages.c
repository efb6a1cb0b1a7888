/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/windows/ages.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

void
ages_fini(struct ages *a)
{
    mem_free(a->v);
    *a = (struct ages){0};
}

void
ages_clear(struct ages *a)
{
    a->n = 0;
}

/* The place of the first birth that is not before `birth`. Most changes are of young tickets: the
 * end is tried first. */
static uint32_t
place_of(const struct ages *a, evtime_ms birth)
{
    uint32_t low = 0;
    uint32_t high = a->n;

    if (a->n == 0 || a->v[a->n - 1].birth < birth)
        return a->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (a->v[middle].birth < birth)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
ages_add(struct ages *a, evtime_ms birth, int64_t count)
{
    uint32_t place = place_of(a, birth);

    if (count == 0)
        return;
    if (place < a->n && a->v[place].birth == birth) {
        CHECK(!__builtin_add_overflow(a->v[place].count, count, &a->v[place].count));
        if (a->v[place].count != 0)
            return;
        a->n--;
        memmove(&a->v[place], &a->v[place + 1], (a->n - place) * sizeof(*a->v));
        return;
    }
    if (a->n == a->cap) {
        a->cap = a->cap > 0 ? a->cap * 2 : 4;
        a->v = mem_resize(a->v, a->cap, sizeof(*a->v));
    }
    memmove(&a->v[place + 1], &a->v[place], (a->n - place) * sizeof(*a->v));
    a->v[place] = (struct age){.birth = birth, .count = count};
    a->n++;
}

static int
class_of(dur_ms age)
{
    static const dur_ms from[AGE_CLASSES] = {0,
                                             DAY_MS,
                                             INT64_C(3) * DAY_MS,
                                             INT64_C(7) * DAY_MS,
                                             INT64_C(14) * DAY_MS,
                                             INT64_C(30) * DAY_MS};
    int class = AGE_CLASSES - 1;

    while (age < from[class])
        class --;
    return class;
}

static int64_t
count_of(const struct age *age)
{
    return age->count > 0 ? age->count : 0;
}

void
ages_measure(const struct ages *a, evtime_ms end, struct age_histogram *ret)
{
    int64_t seen = 0;

    *ret = (struct age_histogram){.n = 0};
    for (uint32_t i = 0; i < a->n; i++)
        ret->n += count_of(&a->v[i]);
    /* The youngest is last, so ages grow towards the front: rank ceil(n p / 100) is met on the way
     * there. */
    for (uint32_t i = a->n; i-- > 0;) {
        int64_t count = count_of(&a->v[i]);
        dur_ms age = a->v[i].birth < end ? end - a->v[i].birth : 0;

        if (count == 0)
            continue;
        ret->classes[class_of(age)] += count;
        if (seen < (ret->n * 50 + 99) / 100)
            ret->p50_ms = age;
        if (seen < (ret->n * 90 + 99) / 100)
            ret->p90_ms = age;
        ret->max_ms = age;
        seen += count;
    }
}
