/*
 * cmd_ca.c -- exhibit ca: a small authority of one's own, in a folder.
 *
 *     DIR/root.pem      the root certificate: give it to those who verify
 *     DIR/root-key.pem  its private key: keep it
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/when.h"
#include "cli/key_file.h"
#include "crypto/pem.h"
#include "pki/ca.h"

#define ROOT_CERT "root.pem"
#define ROOT_KEY  "root-key.pem"
#define PATH_MAX_ 4096 // bytes of a path inside DIR

static enum exh_status path_in(const char *dir, const char *name, char to[PATH_MAX_],
                               struct exh_error *err)
{
    int n = snprintf(to, PATH_MAX_, "%s/%s", dir, name);

    if (n < 0 || n >= PATH_MAX_)
        return fail(err, EXH_LIMIT, "%.64s…: path is too long", dir);
    return EXH_OK;
}

struct init_args {
    const char *name;
    struct protection protection;
};

static const struct option init_options[] = {
    { "name", 0, OPTION_TEXT, "NAME", "what verifiers show as the authority",
      .at = offsetof(struct init_args, name) },
    { "protect", 0, OPTION_FLAG, NULL, "ask for a passphrase and encrypt the root's key with it",
      .at = offsetof(struct init_args, protection.protect) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the same, with the first line of FILE ('-': stdin)",
      .at = offsetof(struct init_args, protection.passphrase_file) },
};

static enum exh_status make_folder(const char *dir, struct exh_error *err)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return fail(err, EXH_IO, "%s: cannot be made: %s", dir, strerror(errno));
    return EXH_OK;
}

// The certificate comes last: a folder with a root.pem is a complete authority.
static enum exh_status write_root(const struct call *call, const struct exh_key *key,
                                  struct exh_bytes cert, const char *key_path,
                                  const char *cert_path, const struct protection *protection,
                                  struct exh_error *err)
{
    enum exh_status status = key_file_write(call, key, key_path, protection, err);

    if (status)
        return status;
    status = exh_file_write(cert_path, 0, cert, err);
    if (status)
        (void)unlink(key_path);
    return status;
}

static enum exh_status init(const struct call *call, const struct init_args *args, const char *dir,
                            struct exh_error *err)
{
    const char *name = args->name ? args->name : "Exhibit local authority";
    char cert_path[PATH_MAX_], key_path[PATH_MAX_];
    struct buf cert = buf_with_limit(CHAIN_FILE_MAX);
    struct exh_key *key = NULL;
    enum exh_status status;

    if ((status = path_in(dir, ROOT_CERT, cert_path, err)) ||
        (status = path_in(dir, ROOT_KEY, key_path, err)) ||
        (status = exh_key_new("es256", &key, err)) ||
        (status = ca_root(key, name, 0, (int64_t)time(NULL), &cert, err)) ||
        (status = pem_wrap(&cert, err)))
        goto out;
    if (access(cert_path, F_OK) == 0)
        status = fail(err, EXH_INVALID, "%s: there is an authority already", dir);
    else if (!(status = make_folder(dir, err)))
        status =
            write_root(call, key, buf_view(&cert), key_path, cert_path, &args->protection, err);
out:
    buf_free(&cert);
    exh_key_free(key);
    return status;
}

static int run_init(const struct call *call, const void *p)
{
    const char *dir = call->operands.items[0];
    struct exh_error err;

    if (init(call, p, dir, &err) != EXH_OK)
        return failed(call, &err);
    if (!call->shared.quiet)
        printf("%s/" ROOT_CERT ": a new authority; give this file to those who verify\n"
               "%s/" ROOT_KEY ": its key; keep it to yourself\n",
               dir, dir);
    return EXIT_HOLDS;
}

static const struct example init_examples[] = {
    { "exhibit ca init studio", "make the folder studio with a root of its own" },
    { "exhibit ca init studio --name 'Studio Nord' --protect", "named, and with a passphrase" },
};

const struct command cmd_ca_init = {
    .name = "ca init",
    .summary = "make a small certificate authority of one's own",
    .operands = "DIR",
    .examples = init_examples,
    .examples_n = ARRAY_N(init_examples),
    .about =
        "For those without a server: its root vouches for your cameras and people. An existing\n"
        "authority is never replaced.\n",
    .options = init_options,
    .options_n = ARRAY_N(init_options),
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct init_args),
    .secrets = true,
    .run = run_init,
};

struct issue_args {
    const char *key;
    const char *cert;
    const char *camera;
    const char *person;
    bool tsa;
    bool ocsp;
    const char *kind;
    const char *passphrase;
    struct protection protection; // of a key that is made here
    bool replace;
};

static const struct option issue_options[] = {
    { "key", 0, OPTION_TEXT, "K.pem", "the key that is certified; made if there is no such file",
      .at = offsetof(struct issue_args, key), .needed = true },
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "where the certificate goes",
      .at = offsetof(struct issue_args, cert), .needed = true },
    { "camera", 0, OPTION_TEXT, "ID", "for the camera of this id",
      .at = offsetof(struct issue_args, camera) },
    { "person", 0, OPTION_TEXT, "NAME", "for this person; \"local\" when no role is given",
      .at = offsetof(struct issue_args, person) },
    { "tsa", 0, OPTION_FLAG, NULL, "for a time-stamp authority",
      .at = offsetof(struct issue_args, tsa) },
    { "ocsp", 0, OPTION_FLAG, NULL, "for an OCSP responder",
      .at = offsetof(struct issue_args, ocsp) },
    { "kind", 0, OPTION_TEXT, "es256|es384|es512|ed25519|ps256|ps384|ps512",
      "which kind of key is made; es256 when not given", .at = offsetof(struct issue_args, kind) },
    { "protect", 0, OPTION_FLAG, NULL, "ask for a passphrase for the key that is made",
      .at = offsetof(struct issue_args, protection.protect) },
    { "key-passphrase", 0, OPTION_TEXT, "FILE", "its passphrase is the first line of FILE",
      .at = offsetof(struct issue_args, protection.passphrase_file) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the root key's passphrase is the first line of FILE",
      .at = offsetof(struct issue_args, passphrase) },
    { "replace", 0, OPTION_FLAG, NULL, "replace CHAIN.pem: a renewal",
      .at = offsetof(struct issue_args, replace) },
};

// The key of --key; *made says whether it is new and not in its file yet.
static enum exh_status subject_key(const struct call *call, const struct issue_args *args,
                                   struct exh_key **out, bool *made, struct exh_error *err)
{
    *made = !key_is_uri(args->key) && access(args->key, F_OK) != 0 && errno == ENOENT;
    if (*made)
        return exh_key_new(args->kind ? args->kind : "es256", out, err);
    if (args->kind)
        return fail(err, EXH_INVALID, "%s exists: --kind is for a key that is made", args->key);
    return key_file_open(call, args->key, args->protection.passphrase_file, "key-passphrase", out,
                         err);
}

struct root_files {
    uint8_t *cert; // owned
    size_t cert_n;
    struct exh_key *key; // owned
    struct ca *ca;       // owned
};

static enum exh_status open_root(const struct call *call, const struct issue_args *args,
                                 struct root_files *root, struct exh_error *err)
{
    const char *dir = call->operands.items[0];
    char path[PATH_MAX_];
    enum exh_status status;

    if ((status = path_in(dir, ROOT_CERT, path, err)) ||
        (status = exh_file_read(path, CHAIN_FILE_MAX, &root->cert, &root->cert_n, err)) ||
        (status = path_in(dir, ROOT_KEY, path, err)))
        return status;
    if ((status = key_file_open(call, path, args->passphrase, "passphrase", &root->key, err)))
        return status;
    return ca_open((const char *)root->cert, root->cert_n, root->key, NULL, &root->ca, err);
}

static void close_root(struct root_files *root)
{
    ca_close(root->ca);
    exh_key_free(root->key);
    free(root->cert);
}

// The key first: a certificate whose key was lost is of no use.
static enum exh_status write_leaf(const struct call *call, const struct issue_args *args,
                                  const struct exh_key *key, bool made, struct exh_bytes pem,
                                  struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    if (made)
        status = key_file_write(call, key, args->key, &args->protection, err);
    if (status)
        return status;
    status = exh_file_write(args->cert, args->replace ? EXH_OUTPUT_REPLACE : 0, pem, err);
    if (status && made)
        (void)unlink(args->key);
    return status;
}

struct issued {
    enum ca_role role;
    const char *name; // NULL: the role has none
    bool made;        // a key was
    int64_t until;    // Unix seconds
};

// When a certificate ends.
static enum exh_status end_of(struct exh_bytes der, int64_t *until, struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_chain *chain = NULL;
    struct exh_certificate facts;
    enum exh_status status = crypto->chain_new(&der, 1, &chain, err);

    if (status)
        return status;
    crypto->chain_certificate(chain, 0, &facts);
    crypto->chain_free(chain);
    *until = facts.not_after;
    return EXH_OK;
}

static enum exh_status issue(const struct call *call, const struct issue_args *args,
                             struct issued *what, struct exh_error *err)
{
    struct ca_order order = { .role = what->role, .name = what->name, .now = (int64_t)time(NULL) };
    struct buf cert = buf_with_limit(CHAIN_FILE_MAX);
    struct root_files root = { 0 };
    struct exh_key *key = NULL;
    enum exh_status status;

    if ((status = open_root(call, args, &root, err)) ||
        (status = subject_key(call, args, &key, &what->made, err)))
        goto out;
    order.subject = key;
    if ((status = ca_issue(root.ca, &order, &cert, err)) ||
        (status = end_of(buf_view(&cert), &what->until, err)) || (status = pem_wrap(&cert, err)) ||
        (status = write_leaf(call, args, key, what->made, buf_view(&cert), err)))
        goto out;
out:
    buf_free(&cert);
    exh_key_free(key);
    close_root(&root);
    return status;
}

static void report(const struct issue_args *args, const struct issued *what)
{
    static const char *const roles[] = { [CA_CAMERA] = "camera ",
                                         [CA_PERSON] = "person ",
                                         [CA_TSA] = "time-stamp authority",
                                         [CA_OCSP] = "OCSP responder" };
    char until[WHEN_TEXT_MAX];

    when_write(until, what->until);
    if (what->made)
        printf("%s: a new %s key\n", args->key, args->kind ? args->kind : "es256");
    printf("%s: certificate of %s%s, valid until %s\n", args->cert, roles[what->role],
           what->name ? what->name : "", until);
}

static int run_issue(const struct call *call, const void *p)
{
    const struct issue_args *args = p;
    struct issued what = { .role = CA_PERSON, .name = args->person ? args->person : "local" };
    struct exh_error err;

    if (!!args->camera + !!args->person + args->tsa + args->ocsp > 1)
        return usage(call, "one of --camera, --person, --tsa and --ocsp at most");
    if (args->camera)
        what = (struct issued){ .role = CA_CAMERA, .name = args->camera };
    else if (args->tsa || args->ocsp)
        what = (struct issued){ .role = args->tsa ? CA_TSA : CA_OCSP };
    if (issue(call, args, &what, &err) != EXH_OK)
        return failed(call, &err);
    if (!call->shared.quiet)
        report(args, &what);
    return EXIT_HOLDS;
}

static const struct example issue_examples[] = {
    { "exhibit ca issue studio --key cam.pem --cert cam-chain.pem --camera dome-1",
      "a key and a certificate for the camera dome-1" },
    { "exhibit ca issue studio --key me.pem --cert me-chain.pem --person alice", "for a person" },
    { "exhibit ca issue studio --key me.pem --cert me-chain.pem --person alice --replace",
      "the same again after 90 days: a renewal" },
};

const struct command cmd_ca_issue = {
    .name = "ca issue",
    .summary = "issue a certificate from one's own authority",
    .operands = "DIR",
    .examples = issue_examples,
    .examples_n = ARRAY_N(issue_examples),
    .about =
        "Certificates of cameras and persons last 90 days, those of time-stamp authorities and\n"
        "OCSP responders a year. --key may also name a key in a device by its URI: handle: or\n"
        "object: for a TPM, pkcs11: for a token.\n",
    .options = issue_options,
    .options_n = ARRAY_N(issue_options),
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct issue_args),
    .secrets = true,
    .run = run_issue,
};
