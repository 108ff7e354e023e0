/* bmff_ops.h -- what the files of the BMFF format share among themselves. */
#ifndef FORMATS_BMFF_OPS_H
#define FORMATS_BMFF_OPS_H

#include "formats/bmff.h"
#include "formats/format_ops.h"

/* The plan of bmff_ops. */
enum exh_status bmff_plan(const struct exh_source *s, const struct container *c,
                          enum plan_goal goal, size_t store_n, struct plan **out,
                          struct exh_error *err);

#endif
