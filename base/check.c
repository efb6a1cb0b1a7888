/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void
check_failed(const char *file, int line, const char *expr)
{
    fprintf(stderr, "ticketstream: bug: %s:%d: CHECK(%s) failed\n", file, line, expr);
    fflush(stderr);
    abort();
}
