/*
 * impostor.h -- a forger who signs properly, with an authority that nobody trusts.
 */
#ifndef CLI_IMPOSTOR_H
#define CLI_IMPOSTOR_H

#include "cli/workshop.h"

/*
 * Sign the workshop's content again: the same statements and the same camera or person by name, under
 * keys made for the purpose. *f is empty at first. now is what the judge takes as the present.
 */
NODISCARD enum exh_status impostor_sign(const struct workshop *w, const struct exh_report *genuine,
                                        int64_t now, struct forgery *f, struct exh_error *err);

/*
 * Put the workshop's credential on another picture: a small copy of its own, where one can be made;
 * EXH_UNSUPPORTED where not (sound, video), or where the credential is in two parts.
 */
NODISCARD enum exh_status impostor_splice(const struct workshop *w, struct forgery *f,
                                          struct exh_error *err);

#endif
