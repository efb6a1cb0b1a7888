/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a container file: read to its end or to its error, each record by the plan of the
 * file's own schema. */
#include "schemas/codec/container.h"
#include "schemas/event_flat.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/ticketstream-fuzz-XXXXXX";

static void
remove_file(void)
{
    unlink(path);
}

static void
put_file(const uint8_t *data, size_t size)
{
    static int fd = -1;

    if (fd < 0) {
        fd = mkstemp(path);
        CHECK(fd >= 0);
        atexit(remove_file);
    }
    CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
}

/* True if there may be more. */
static bool
read_record(struct container_reader *r, const struct plan *plan, struct arena *arena)
{
    struct ticket_event event;
    struct str left;
    size_t used = 0;

    arena_reset(arena);
    if (container_reader_peek(r, &left, NULL) != ERR_NONE || left.p == NULL)
        return false;
    if (plan == NULL || event_plan_decode(plan, left, arena, &event, &used, NULL) != DECODE_OK)
        if (plan == NULL || plan_measure(plan, left, &used) != DECODE_OK)
            used = left.n;
    return container_reader_take(r, used, NULL) == ERR_NONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct container_reader *r = NULL;
    struct arena arena = {0};
    struct plan *plan = NULL;
    int n = 0;

    put_file(data, size);
    if (container_reader_open(path, &r, NULL) != ERR_NONE)
        return 0;
    if (event_plan_compile(container_reader_schema(r), &plan, NULL) != ERR_NONE)
        plan = NULL;
    while (read_record(r, plan, &arena) && n < 10000)
        n++;
    plan_free(&plan);
    container_reader_close(&r);
    arena_fini(&arena);
    return 0;
}
