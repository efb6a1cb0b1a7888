/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 of RFC 4648 with padding: bytes that have to pass through text. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/strbuf.h"

void base64_add(struct strbuf *out, struct str bytes);

#endif
