package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"

	clog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

/*
Claims, and what makes them true:

	tile PATH                                        it is the path of a tile or bundle
	inclusion SIZE ROOT INDEX LEAF HASH...           the proof leads from the leaf to the root
	consistency OLD ROOT NEW ROOT HASH...            the proof leads from one root to the other
	note KEY NOTE                                    the key signed the note
	checkpoint KEY NOTE                              it is a checkpoint of the key's log
	receipt KEY ENTRY RECEIPT                        it proves that the entry is in the key's log

Hashes are base64; notes, entries and receipts are hexadecimal.
*/
var judges = map[string]func(words []string) error{
	"tile": judgeTile, "inclusion": judgeInclusion, "consistency": judgeConsistency,
	"note": judgeNote, "checkpoint": judgeCheckpoint, "receipt": judgeReceipt,
}

var errNo = errors.New("no")

func judge(claim string) bool {
	words := strings.Split(claim, " ")
	f := judges[words[0]]
	return f != nil && f(words[1:]) == nil
}

// Go's paths name the height, and call a bundle "data".
func goPath(path string) string {
	path = strings.Replace(path, "tile/", "tile/8/", 1)
	return strings.Replace(path, "/entries/", "/data/", 1)
}

// Whether a log of the most entries that both sides can count has such a tile.
func exists(t tlog.Tile) bool {
	if t.L < 0 {
		t.L = 0
	}
	if t.L > 7 {
		return false
	}
	hashes := int64(math.MaxInt64) >> (8 * t.L)
	return t.N < hashes>>8 || (t.N == hashes>>8 && int64(t.W) <= hashes&255)
}

func judgeTile(words []string) error {
	if len(words) != 1 || !strings.HasPrefix(words[0], "tile/") || strings.Contains(words[0], "data") {
		return errNo
	}
	t, err := tlog.ParseTilePath(goPath(words[0]))
	if err == nil && !exists(t) {
		return errNo
	}
	return err
}

func readHashes(words []string) ([]tlog.Hash, [][]byte, error) {
	var hashes []tlog.Hash
	var slices [][]byte
	for _, w := range words {
		h, err := tlog.ParseHash(w)
		if err != nil {
			return nil, nil, err
		}
		hashes = append(hashes, h)
		slices = append(slices, append([]byte(nil), h[:]...))
	}
	return hashes, slices, nil
}

// Two implementations are asked, and must agree.
func both(name string, a, b error) error {
	if (a == nil) != (b == nil) {
		panic(name + ": x/mod says " + errorText(a) + ", transparency-dev says " + errorText(b))
	}
	return a
}

func errorText(err error) string {
	if err == nil {
		return "yes"
	}
	return err.Error()
}

func judgeInclusion(words []string) error {
	if len(words) < 4 {
		return errNo
	}
	size, err1 := strconv.ParseInt(words[0], 10, 64)
	index, err2 := strconv.ParseInt(words[2], 10, 64)
	hashes, slices, err3 := readHashes(append([]string{words[1], words[3]}, words[4:]...))
	if err1 != nil || err2 != nil || err3 != nil || index < 0 || index >= size {
		return errNo // tlog panics
	}
	return both("inclusion",
		tlog.CheckRecord(hashes[2:], size, hashes[0], index, hashes[1]),
		proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(index), uint64(size), slices[1], slices[2:], slices[0]))
}

func judgeConsistency(words []string) error {
	if len(words) < 4 {
		return errNo
	}
	older, err1 := strconv.ParseInt(words[0], 10, 64)
	newer, err2 := strconv.ParseInt(words[2], 10, 64)
	hashes, slices, err3 := readHashes(append([]string{words[1], words[3]}, words[4:]...))
	if err1 != nil || err2 != nil || err3 != nil || older < 1 || older > newer {
		return errNo // tlog panics; a log without entries needs no judge
	}
	return both("consistency",
		tlog.CheckTree(hashes[2:], newer, hashes[1], older, hashes[0]),
		proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), uint64(newer), slices[2:], slices[0], slices[1]))
}

func keyAndBytes(words []string) (note.Verifier, []byte, error) {
	if len(words) != 2 {
		return nil, nil, errNo
	}
	key, err := note.NewVerifier(words[0])
	if err != nil {
		return nil, nil, err
	}
	bytes, err := hex.DecodeString(words[1])
	return key, bytes, err
}

// Go decodes base64 that is not canonical too. RFC 4648 leaves that open; we do not want one note in two forms.
func strict(n *note.Note) error {
	for _, s := range append(n.Sigs, n.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return err
		}
	}
	return nil
}

func judgeNote(words []string) error {
	key, bytes, err := keyAndBytes(words)
	if err != nil {
		return err
	}
	n, err := note.Open(bytes, note.VerifierList(key))
	if err != nil {
		return err
	}
	return strict(n)
}

func openCheckpoint(key note.Verifier, bytes []byte) (*clog.Checkpoint, error) {
	c, _, n, err := clog.ParseCheckpoint(bytes, key.Name(), key)
	if err != nil {
		return nil, err
	}
	if len(c.Hash) != tlog.HashSize {
		return nil, errNo
	}
	return c, strict(n)
}

func judgeCheckpoint(words []string) error {
	key, bytes, err := keyAndBytes(words)
	if err != nil {
		return err
	}
	_, err = openCheckpoint(key, bytes)
	return err
}

// C2SP tlog-proof, "Format": Go's packages do not have it.
func judgeReceipt(words []string) error {
	if len(words) != 3 {
		return errNo
	}
	entry, err := hex.DecodeString(words[1])
	if err != nil {
		return err
	}
	key, bytes, err := keyAndBytes([]string{words[0], words[2]})
	if err != nil {
		return err
	}
	head, checkpoint, found := strings.Cut(string(bytes), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errNo
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		extra := lines[0][len("extra "):]
		if _, err := base64.StdEncoding.Strict().DecodeString(extra); err != nil || extra == "" {
			return errNo
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errNo
	}
	index, err := strconv.ParseInt(lines[0][len("index "):], 10, 64)
	if err != nil || "index "+strconv.FormatInt(index, 10) != lines[0] {
		return errNo
	}
	hashes, _, err := readHashes(lines[1:])
	if err != nil {
		return err
	}
	for i, h := range hashes {
		if h.String() != lines[1+i] {
			return errNo
		}
	}
	c, err := openCheckpoint(key, []byte(checkpoint))
	if err != nil {
		return err
	}
	if index < 0 || uint64(index) >= c.Size {
		return errNo
	}
	var root tlog.Hash
	copy(root[:], c.Hash)
	return tlog.CheckRecord(hashes, int64(c.Size), root, index, tlog.RecordHash(entry))
}
