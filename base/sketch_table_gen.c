/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints base/sketch_table.inc: the edges of the sketch's bins, the values that stand for them and
 * the table where the search for a bin starts. Runs when building.
 *
 * Powers of gamma = 201/199 are kept as two integers with 71 bits behind the point, one always
 * rounded down and one always rounded up, so the true power lies between them. Where both have the
 * same whole part, that is the floor of the true power; where they have not, the program fails and
 * there is no table. So the table is exact, and the same on every machine.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 wide;

enum { FRACTION_BITS = 71, EDGES_MAX = 4095, CELL_BITS = 7, CELLS_MAX = 64 << CELL_BITS };

#define RANGE_MS (INT64_C(36525) * 86400000)

/* edges[x]: the largest value of index x. Index 0 is the zero bin, index 1 holds 1 = gamma^0. */
static uint64_t edges[EDGES_MAX + 1];
static unsigned index_max;

static void
fail(const char *what, uint64_t where)
{
    fprintf(stderr, "sketch_table_gen: %s at %" PRIu64 "\n", what, where);
    exit(1);
}

static void
make_edges(void)
{
    wide low = (wide)1 << FRACTION_BITS;
    wide high = low;

    for (unsigned x = 1; x <= EDGES_MAX; x++) {
        uint64_t edge = (uint64_t)(low >> FRACTION_BITS);

        if (edge != (uint64_t)(high >> FRACTION_BITS))
            fail("the floor of a power is not certain", x);
        edges[x] = edge;
        if (edge >= RANGE_MS) {
            index_max = x;
            return;
        }
        low = low * 201 / 199;
        high = (high * 201 + 198) / 199;
    }
    fail("the range needs more indexes than there are", EDGES_MAX);
}

static unsigned
index_of(uint64_t v)
{
    unsigned x = 0;

    while (edges[x] < v)
        x++;
    return x;
}

/* Harmonic mean of the integers' ends in thousandths, rounded to the nearest; 0 for an empty bin.
 */
static uint64_t
thousandths_of(unsigned x)
{
    uint64_t low;
    uint64_t high = edges[x];

    if (x == 0 || edges[x - 1] == high)
        return 0;
    low = edges[x - 1] + 1;
    return (uint64_t)(((wide)2000 * low * high + (low + high) / 2) / (low + high));
}

static void
print_list(const char *type, const char *name, const uint64_t *v, unsigned n)
{
    printf("static const %s %s[] = {", type, name);
    for (unsigned i = 0; i < n; i++)
        printf("%s%" PRIu64 "%s", i % 8 == 0 ? "\n    " : " ", v[i], i + 1 < n ? "," : "");
    printf("};\n\n");
}

/*
 * A cell is the values that share their most significant bit and the CELL_BITS after it. Its entry
 * is the index of its smallest value; no cell may reach further than the index after that.
 */
static void
print_cells(void)
{
    static uint64_t starts[CELLS_MAX];
    unsigned n = 0;

    for (unsigned msb = 0; (UINT64_C(1) << msb) <= edges[index_max]; msb++)
        for (unsigned rest = 0; rest < 1u << CELL_BITS; rest++) {
            uint64_t top = (UINT64_C(1) << CELL_BITS | rest);
            uint64_t first = msb >= CELL_BITS ? top << (msb - CELL_BITS) : top >> (CELL_BITS - msb);
            uint64_t last = first + (msb > CELL_BITS ? (UINT64_C(1) << (msb - CELL_BITS)) - 1 : 0);

            if (last > edges[index_max])
                last = edges[index_max];
            starts[n] = index_of(first < last ? first : last);
            if (index_of(last) > starts[n] + 1)
                fail("a cell holds two edges", first);
            n++;
        }
    print_list("uint16_t", "cell_starts", starts, n);
}

int
main(void)
{
    static uint64_t values[EDGES_MAX + 1];

    make_edges();
    for (unsigned x = 0; x <= index_max; x++)
        values[x] = thousandths_of(x);
    printf("/* Printed by base/sketch_table_gen.c. */\n\n");
    printf("enum { TABLE_INDEX_MAX = %u, CELL_BITS = %d };\n\n", index_max, CELL_BITS);
    print_list("uint64_t", "edges", edges, index_max + 1);
    print_list("int64_t", "thousandths", values, index_max + 1);
    print_cells();
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
