/*
 * fuzz_pki.h -- an authority, its time-stamp authority and its OCSP responder, made once a process.
 *
 * The authority is called "Fuzz", and has always the same key; all other keys are new in each process.
 */
#ifndef TESTS_FUZZ_PKI_H
#define TESTS_FUZZ_PKI_H

#include "pki/ocsp.h"
#include "pki/tsa.h"

#define FUZZ_PKI_NOW INT64_C(1795251600) // 2026-11-21

struct fuzz_pki {
    struct ca *ca; // a root that issues leaves
    struct tsa *tsa;
    struct ocsp_responder *responder;
};

/* Borrowed for ever. */
const struct fuzz_pki *fuzz_pki(void);

#endif
