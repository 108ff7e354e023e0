/*
 * harden.h -- what a program that holds keys does before anything else.
 *
 *     int main(int argc, char **argv)
 *     {
 *         if (exh_harden(&err) != EXH_OK)
 *             fprintf(stderr, "exhibit: %s\n", err.text); // a warning: it works all the same
 *
 * It belongs to the program, not to the library: it changes the whole process.
 */
#ifndef EXHIBIT_HARDEN_H
#define EXHIBIT_HARDEN_H

#include <exhibit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Keep secrets out of core dumps, of swap and of freed memory, for the life of the process: no core
 * files, no attaching by other processes of the same user, private keys in locked memory, and
 * whatever OpenSSL frees is wiped first. Call it once, as the first thing in main(): OpenSSL takes
 * other memory functions only before its first allocation.
 *
 * err  may be NULL.
 *
 * Each measure is tried, whatever became of the others. EXH_IO names the first that the system refused.
 */
EXH_API enum exh_status exh_harden(struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
