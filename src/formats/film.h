/*
 * film.h -- whether a stream of video goes on where it stopped.
 *
 * A format that numbers its parts shows when some were left out, moved or repeated, whoever did it: the
 * packets of MPEG-TS count for each of their streams, and boxes of MP4 follow each other without a gap.
 * MPEG-TS may have M3U8 playlists between its packets, as `ffmpeg -f hls pipe:` writes it; the last of them
 * says that the film ends there. A film whose beginning is missing is known by the packets in it. Of other
 * formats nothing is known, and nothing is told.
 *
 * The content is not looked at. Memory is constant: 8 KiB.
 */
#ifndef FORMATS_FILM_H
#define FORMATS_FILM_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define FILM_PIDS   8192 // streams that MPEG-TS can have
#define FILM_HEADER 24   // bytes that are looked at of a packet, box or line

enum film_state {
    FILM_START,   // too little seen
    FILM_PACKETS, // in MPEG-TS, or what may be it
    FILM_LIST,    // in a playlist between its packets
    FILM_LOST,    // looking for a packet of MPEG-TS
    FILM_BOXES,   // in MP4
    FILM_OTHER,   // no more is known
};

struct film {
    enum film_state state;
    uint8_t header[FILM_HEADER]; // of this packet, box or line, as far as it was seen
    size_t header_n;             // 0: nothing of it yet
    uint64_t left;               // bytes of this packet or box behind its header
    uint64_t lines;              // of this playlist
    unsigned doubt;              // packets that must fit before they are taken for what they seem
    bool known;                  // it is MPEG-TS
    bool unsure;                 // this packet may be none
    bool headless;               // what came first is not how a film begins
    bool has_list;               // there were playlists
    bool ended;                  // the last thing seen says that the film ends here
    uint8_t counts[FILM_PIDS];   // of each stream, the last one
};

/* Begin: whatever comes next is the beginning of a film. */
void film_begin(struct film *f);

/* Go on with some bytes. False: they are not what follows on those before them. */
bool film_add(struct film *f, struct exh_bytes piece);

/* Bytes are known to be missing here: what comes next need not follow. */
void film_lost(struct film *f);

/* What it is: "video/mp2t", "video/mp4", or "application/octet-stream" as long as nothing is known. */
const char *film_media_type(const struct film *f);

/* Whether the film was to have an end that says so, and has none. */
bool film_is_open(const struct film *f);

#endif
