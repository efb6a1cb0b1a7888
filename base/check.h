/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CHECK(expr): a bug ends the process, in every build type.
 *
 * Bad input is a value and a failing world is an `enum err`; what is left, a broken promise between
 * two pieces of this program, must not run on and publish numbers. CHECK prints file, line and the
 * expression, then aborts. It is not <assert.h>, because CMake's release types define NDEBUG.
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define CHECK(expr)   ((expr) ? (void)0 : check_failed(__FILE__, __LINE__, #expr))
#define UNREACHABLE() check_failed(__FILE__, __LINE__, "unreachable")
#define MUST_USE      __attribute__((warn_unused_result))

/* Prints one line on stderr and aborts. */
_Noreturn void check_failed(const char *file, int line, const char *expr);

#endif
