/* log_tool.h -- our side of the exchange with tests/interop/go: the parts of log_tool. */
#ifndef TESTS_LOG_TOOL_H
#define TESTS_LOG_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "log/tile.h"

#define ORIGIN "ours.example/log"

/* Fill in status and text, print them and end the program, unless status is EXH_OK. */
void must(enum exh_status status, const struct exh_error *err);

/* Tiles as files below a folder, as C2SP tlog-tiles names them. */
struct tlog_tiles tiles_in(const char *folder);

/* A whole file, or a file written whole; the buffer is the caller's. Ends the program when it cannot. */
void read_whole(const char *folder, const char *name, struct buf *to);
void write_whole(const char *folder, const char *name, struct exh_bytes bytes);

/* Answers a claim, a line of words as tests/interop/go/claims.go has them. */
bool judge_claim(char *claim);

/* Write a log of `size` entries, and claims about it. */
void make_log(const char *folder, uint64_t size);

#endif
