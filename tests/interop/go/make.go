package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "peer.example/log"

// A log in memory: the hashes as tlog stores them, and the entries.
type memory struct {
	hashes  []tlog.Hash
	entries [][]byte
}

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, m.hashes[i])
	}
	return out, nil
}

func (m *memory) add(entry []byte) error {
	hashes, err := tlog.StoredHashes(int64(len(m.entries)), entry, m)
	if err != nil {
		return err
	}
	m.hashes = append(m.hashes, hashes...)
	m.entries = append(m.entries, entry)
	return nil
}

func (m *memory) bundle(n int64, width int) []byte {
	var b []byte
	for _, e := range m.entries[n*256 : n*256+int64(width)] {
		b = append(b, byte(len(e)>>8), byte(len(e)))
		b = append(b, e...)
	}
	return b
}

func (dir folder) write(t tlog.Tile, data []byte) error {
	path := dir.path(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

func (dir folder) writeTiles(m *memory) error {
	for _, t := range tlog.NewTiles(8, 0, int64(len(m.entries))) {
		data, err := tlog.ReadTileData(t, m)
		if err != nil {
			return err
		}
		if err := dir.write(t, data); err != nil {
			return err
		}
		if t.L == 0 {
			t.L = -1
			if err := dir.write(t, m.bundle(t.N, t.W)); err != nil {
				return err
			}
		}
	}
	return nil
}

type maker struct {
	memory
	dir    folder
	key    string
	signer note.Signer
	claims *bufio.Writer
}

func (m *maker) root(size int64) tlog.Hash {
	hash, err := tlog.TreeHash(size, m)
	if err != nil {
		panic(err)
	}
	return hash
}

func (m *maker) sign(text string) []byte {
	signed, err := note.Sign(&note.Note{Text: text}, m.signer)
	if err != nil {
		panic(err)
	}
	return signed
}

func (m *maker) checkpoint(size int64) []byte {
	return m.sign(fmt.Sprintf("%s\n%d\n%s\n", origin, size, m.root(size)))
}

func hashLine(hashes []tlog.Hash) string {
	var b strings.Builder
	for _, h := range hashes {
		b.WriteString(" " + h.String())
	}
	return b.String()
}

// A proof as it is, and changed: a bit, a hash too few, one too many, in another order.
func (m *maker) claimProofs(head string, hashes []tlog.Hash) {
	fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(hashes))
	fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(append(hashes[:len(hashes):len(hashes)], m.hashes[0])))
	if len(hashes) == 0 {
		return
	}
	fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(hashes[1:]))
	fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(hashes[:len(hashes)-1]))
	changed := append([]tlog.Hash(nil), hashes...)
	changed[len(changed)/2][7] ^= 1
	fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(changed))
	if last := len(hashes) - 1; last > 0 {
		changed = append([]tlog.Hash(nil), hashes...)
		changed[0], changed[last] = changed[last], changed[0]
		fmt.Fprintf(m.claims, "%s%s\n", head, hashLine(changed))
	}
}

func (m *maker) claimInclusion(size, index int64) {
	hashes, err := tlog.ProveRecord(size, index, m)
	if err != nil {
		panic(err)
	}
	for _, i := range []int64{index, index ^ 1, index + 1, size} {
		head := fmt.Sprintf("inclusion %d %s %d %s", size, m.root(size), i, tlog.RecordHash(m.entries[index]))
		m.claimProofs(head, hashes)
	}
}

func (m *maker) claimConsistency(older, newer int64) {
	hashes, err := tlog.ProveTree(newer, older, m)
	if err != nil {
		panic(err)
	}
	for _, o := range []int64{older, older - 1, older + 1} {
		head := fmt.Sprintf("consistency %d %s %d %s", o, m.root(older), newer, m.root(newer))
		m.claimProofs(head, hashes)
	}
	m.claimProofs(fmt.Sprintf("consistency %d %s %d %s", newer, m.root(newer), older, m.root(older)), hashes)
}

// Bytes as they are, and with one changed, for each; with one missing; twice over.
func (m *maker) claimBytes(head string, data []byte) {
	say := func(b []byte) { fmt.Fprintf(m.claims, "%s %s\n", head, hex.EncodeToString(b)) }
	say(data)
	for i := range data {
		changed := append([]byte(nil), data...)
		changed[i] ^= 1 << (i % 8)
		say(changed)
		say(append(append([]byte(nil), data[:i]...), data[i+1:]...))
		say(data[:i])
	}
	say(append(append([]byte(nil), data...), data...))
}

func (m *maker) claimNotes(size int64) {
	m.claimBytes("note "+m.key, m.sign("Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"))
	m.claimBytes("checkpoint "+m.key, m.checkpoint(size))
	m.claimBytes("checkpoint "+m.key, m.sign("other.example/log\n0\n"+m.root(0).String()+"\n"))

	// Somebody else signed too, with a key of a kind that nobody knows, or with our name.
	const line = "— witness.example/w1 AAAAAAQBBBBBBBBB\n"
	signed := m.checkpoint(size)
	split := bytes.LastIndex(signed, []byte("\n\n")) + 2
	m.claimBytes("checkpoint "+m.key, append(append([]byte(nil), signed...), line...))
	m.claimBytes("note "+m.key, []byte(string(signed[:split])+line+"— "+origin+" AAAAAAQBBBBBBBBB\n"+string(signed[split:])))
	m.claimBytes("note "+m.key, []byte(string(signed[:split])+line))
}

func (m *maker) claimReceipt(size, index int64, extra string) {
	hashes, err := tlog.ProveRecord(size, index, m)
	if err != nil {
		panic(err)
	}
	text := "c2sp.org/tlog-proof@v1\n" + extra + fmt.Sprintf("index %d", index) +
		strings.ReplaceAll(hashLine(hashes), " ", "\n") + "\n\n" + string(m.checkpoint(size))
	m.claimBytes(fmt.Sprintf("receipt %s %x", m.key, m.entries[index]), []byte(text))
	fmt.Fprintf(m.claims, "receipt %s %x %x\n", m.key, m.entries[index+1], text)
}

func (m *maker) claimTiles() {
	for _, path := range []string{
		"tile/0/000", "tile/0/001.p/1", "tile/1/x001/x234/067.p/255", "tile/entries/000", "tile/entries/x999/999.p/9",
		"tile/0/x001/000", "tile/0/x000/000", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01", "tile/00/000",
		"tile/data/000", "tile/5/x001/x002/003", "tile/0/1000", "tile/0/00", "tile/-1/000", "tile/0/x01/000",
	} {
		for i := range path {
			fmt.Fprintf(m.claims, "tile %s\n", path[:i])
			for _, c := range "0x/.p19" {
				fmt.Fprintf(m.claims, "tile %s%c%s\n", path[:i], c, path[i+1:])
				fmt.Fprintf(m.claims, "tile %s%c%s\n", path[:i], c, path[i:])
			}
		}
		fmt.Fprintf(m.claims, "tile %s\n", path)
	}
}

func (m *maker) claimAll(size int64) {
	m.claimTiles()
	m.claimNotes(size)
	m.claimReceipt(size, size/3, "")
	m.claimReceipt(size, size/2, "extra AAECAwQFBgcICQ==\n")
	for _, n := range []int64{1, 2, 3, 7, 8, 255, 256, 257, 511, 513, size - 1, size} {
		for _, i := range []int64{0, 1, n / 2, n - 2, n - 1} {
			if i >= 0 && i < n {
				m.claimInclusion(n, i)
			}
		}
		for _, o := range []int64{1, 2, n / 3, n / 2, n - 1, n} {
			if o >= 1 && o <= n {
				m.claimConsistency(o, n)
			}
		}
	}
}

func newMaker(dir string) (*maker, error) {
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize) // the same bytes at every run
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	id := strings.Split(vkey, "+")[1]
	secret := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + id + "+" + secret)
	return &maker{dir: folder(dir), key: vkey, signer: signer}, err
}

func (m *maker) grow(size int64) error {
	for i := int64(0); i < size; i++ {
		entry := []byte(fmt.Sprintf("entry %d %s", i, strings.Repeat(".", int(i%50))))
		if i%256 == 3 {
			entry = nil
		}
		if i == 5 {
			entry = bytes.Repeat([]byte{0xFF}, 65535)
			binary.BigEndian.PutUint64(entry, uint64(size))
		}
		if err := m.add(entry); err != nil {
			return err
		}
	}
	return nil
}

func makeLog(dir string, size int64) error {
	if size < 514 {
		return fmt.Errorf("a log of %d entries is too small for its claims", size)
	}
	m, err := newMaker(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	claims, err := os.Create(filepath.Join(dir, "claims"))
	if err != nil {
		return err
	}
	defer claims.Close()
	m.claims = bufio.NewWriter(claims)
	if err := m.grow(size); err != nil {
		return err
	}
	if err := m.dir.writeTiles(&m.memory); err != nil {
		return err
	}
	m.claimAll(size)
	if err := os.WriteFile(filepath.Join(dir, "vkey"), []byte(m.key+"\n"), 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint"), m.checkpoint(size), 0o666); err != nil {
		return err
	}
	return m.claims.Flush()
}
