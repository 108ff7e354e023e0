package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The tiles of a folder. What it reads, tlog.TileHashReader checks against the tree's hash.
type folder string

func (dir folder) Height() int { return 8 }

func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := dir.read(t)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (dir folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (dir folder) path(t tlog.Tile) string {
	path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
	return filepath.Join(string(dir), strings.Replace(path, "/data/", "/entries/", 1))
}

func (dir folder) read(t tlog.Tile) ([]byte, error) {
	return os.ReadFile(dir.path(t))
}

func (dir folder) checkpoint() (tlog.Tree, error) {
	text, err := os.ReadFile(filepath.Join(string(dir), "vkey"))
	if err != nil {
		return tlog.Tree{}, err
	}
	key, err := note.NewVerifier(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	c, err := openCheckpoint(key, signed)
	if err != nil {
		return tlog.Tree{}, err
	}
	tree := tlog.Tree{N: int64(c.Size)}
	copy(tree.Hash[:], c.Hash)
	return tree, nil
}

// The entries of one bundle. A client looks some of them up in the tree, which costs it four files each.
func (dir folder) entries(client tlog.HashReader, n int64, width int) ([][]byte, error) {
	data, err := dir.read(tlog.Tile{H: 8, L: -1, N: n, W: width})
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for i := 0; i < width; i++ {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("bundle %d is cut short", n)
		}
		size := 2 + int(binary.BigEndian.Uint16(data))
		if at := n*256 + int64(i); at%37 == 0 {
			hashes, err := client.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
			if err != nil {
				return nil, err
			}
			if tlog.RecordHash(data[2:size]) != hashes[0] {
				return nil, fmt.Errorf("entry %d is not in the log", at)
			}
		}
		all = append(all, data[2:size])
		data = data[size:]
	}
	if len(data) != 0 {
		return nil, fmt.Errorf("bundle %d has %d bytes over", n, len(data))
	}
	return all, nil
}

// What a tree of these entries must have, and nothing else is asked for.
func (dir folder) checkTiles(m *memory) error {
	for _, t := range tlog.NewTiles(8, 0, int64(len(m.entries))) {
		want, err := tlog.ReadTileData(t, m)
		if err != nil {
			return err
		}
		got, err := dir.read(t)
		if err != nil {
			return err
		}
		if string(got) != string(want) {
			return fmt.Errorf("%s differs", t.Path())
		}
	}
	return nil
}

// The tree is made again of its entries, because the client's reader is no judge of tiles: it leaves one or two
// unauthenticated at a time (CVE-2026-56865, mended in x/mod v0.40.0, which Go 1.19 does not build).
func checkLog(dir string) error {
	tree, err := folder(dir).checkpoint()
	if err != nil {
		return err
	}
	client := tlog.TileHashReader(tree, folder(dir))
	var m memory
	for n := int64(0); n*256 < tree.N; n++ {
		width := 256
		if tree.N-n*256 < 256 {
			width = int(tree.N - n*256)
		}
		entries, err := folder(dir).entries(client, n, width)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := m.add(e); err != nil {
				return err
			}
		}
	}
	root, err := tlog.TreeHash(tree.N, &m)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("the entries make another root than the checkpoint's")
	}
	if err := folder(dir).checkTiles(&m); err != nil {
		return err
	}
	fmt.Printf("%d entries\n", tree.N)
	return nil
}
