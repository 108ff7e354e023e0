/*
 * audit.h -- is everything that is stored of a log what its head says? Every entry is read once, every tile
 * made again and compared. For `exhibitd check`, and for whoever monitors a log.
 */
#ifndef LOG_AUDIT_H
#define LOG_AUDIT_H

#include "log/tile.h"

/*
 * Audit a log. The judgement names the first tile or bundle that is not as it should be; one that is
 * missing or cut short is a finding too. visit, unless NULL, sees every entry, in order, whether or not
 * the log holds in the end.
 *
 * EXH_NO_MEMORY, and what read() says, EXH_NOT_FOUND apart
 */
typedef enum exh_status tlog_visitor(void *ctx, uint64_t index, struct exh_bytes entry,
                                     struct exh_error *err);
NODISCARD enum exh_status tlog_audit(const struct exh_crypto *crypto,
                                     const struct tlog_tiles *tiles, const struct tlog_head *head,
                                     tlog_visitor *visit, void *ctx, struct exh_judgement *out,
                                     struct exh_error *err);

#endif
