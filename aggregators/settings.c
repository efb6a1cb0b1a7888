/* SPDX-License-Identifier: Apache-2.0 */
#include "aggregators/settings.h"

const char *const dimension_names[DIMENSION_COUNT] = {
    [DIMENSION_CHANNEL] = "channel",
    [DIMENSION_QUEUE] = "queue",
    [DIMENSION_TEAM] = "team",
    [DIMENSION_AGENT] = "agent",
    [DIMENSION_PRIORITY] = "priority",
    [DIMENSION_SEVERITY] = "severity",
    [DIMENSION_ISSUE_TYPE] = "issue_type",
    [DIMENSION_PRODUCT] = "product",
    [DIMENSION_PRODUCT_LINE] = "product_line",
    [DIMENSION_CUSTOMER_TIER] = "customer_tier",
    [DIMENSION_REGION] = "region",
    [DIMENSION_LANGUAGE] = "language",
    [DIMENSION_BRAND] = "brand",
    [DIMENSION_CUSTOM] = "custom",
};
