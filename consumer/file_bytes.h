/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONSUMER_FILE_BYTES_H
#define CONSUMER_FILE_BYTES_H

#include <stdint.h>
#include <sys/stat.h>

/* The size of a file; 0 where it has none that is known before it is read (a pipe, a device). */
static inline uint64_t
file_bytes(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
}

#endif
