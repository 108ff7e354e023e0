package main

import (
	"fmt"
	"syscall"

	"golang.org/x/mod/sumdb/tlog"
)

// Processor time, as the other side counts it: the collector's too.
func now() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// The same work as bench/bench_log.c: a log in memory, entries of 32 bytes; proofs of entries all over it.
func bench(size int64) error {
	var m memory
	var entry [32]byte
	start := now()
	for i := int64(0); i < size; i++ {
		entry[0], entry[1], entry[2] = byte(i), byte(i>>8), byte(i>>16)
		if err := m.add(entry[:]); err != nil {
			return err
		}
	}
	fmt.Printf("append %.0f\n", float64(size)/(now()-start))

	root, err := tlog.TreeHash(size, &m)
	if err != nil {
		return err
	}
	const proofs = 20000
	made := make([]tlog.RecordProof, proofs)
	start = now()
	for i := range made {
		if made[i], err = tlog.ProveRecord(size, int64(i)*7919%size, &m); err != nil {
			return err
		}
	}
	fmt.Printf("prove %.0f\n", proofs/(now()-start))
	start = now()
	for i := range made {
		index := int64(i) * 7919 % size
		if err := tlog.CheckRecord(made[i], size, root, index, m.hashes[tlog.StoredHashIndex(0, index)]); err != nil {
			return err
		}
	}
	fmt.Printf("check %.0f\n", proofs/(now()-start))
	return nil
}
