/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors are those of Kafka's own UtilsTest: a key must go where a Java producer sends it. */
#include "base/murmur2.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

struct vector {
    const char *key;
    int32_t hash;
};

ParameterizedTestParameters(murmur2, is_the_hash_of_java_clients)
{
    static struct vector vectors[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };

    return cr_make_param_array(struct vector, vectors, sizeof(vectors) / sizeof(vectors[0]));
}

ParameterizedTest(struct vector *v, murmur2, is_the_hash_of_java_clients)
{
    cr_assert_eq((int32_t)murmur2(str_from(v->key)), v->hash, "%s", v->key);
}

Test(murmur2, a_partition_ignores_the_sign_of_the_hash)
{
    cr_assert_eq(murmur2_partition(STR("21"), 7), (uint32_t)(-973932308 & 0x7fffffff) % 7);
    cr_assert_eq(murmur2_partition(STR(""), 1), 0);
}
