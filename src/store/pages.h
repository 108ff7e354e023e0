/*
 * pages.h -- a sum in every page of the database, and no second fsync after one that failed.
 *
 * SQLite believes what it reads. So its files are opened through a VFS of ours over the system's: the
 * last PAGE_SUM bytes of a page, which SQLite leaves to us, are written with a sum over the others and
 * the page's number, and checked whenever the page is read. A page of zeros, which SQLite may leave
 * where nothing was written yet, has no sum.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "store/home.h"

#define PAGE_N   4096u
#define PAGE_SUM 16u // bytes reserved at the end of each page: half of a SHA-256

enum exh_status pages_register(struct store_home *home, struct exh_error *err);
void pages_unregister(struct store_home *home); // one that is not registered is allowed

/* Whether page `number` (from 1) holds. */
bool page_holds(const struct exh_crypto *crypto, uint32_t number, const uint8_t page[PAGE_N]);

#endif
