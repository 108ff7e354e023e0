// Logpeer is a stranger to our transparency log: Go's checksum-database packages, and those of
// transparency-dev, write a log as C2SP tlog-tiles has it, and judge one.
//
//	logpeer make DIR SIZE     write a log, and claims about it, true ones and others
//	logpeer check DIR         read a log whole: checkpoint, tiles, entries
//	logpeer judge             answer each claim of standard input with a line, yes or no
//	logpeer bench SIZE        entries appended and proofs made in a second
//
// A claim is a line of words: see claims.go.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strconv"
)

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func judgeAll() error {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		if judge(in.Text()) {
			fmt.Fprintln(out, "yes")
		} else {
			fmt.Fprintln(out, "no")
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	return out.Flush()
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("logpeer: ")
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "make":
		err = makeLog(args[1], number(args[2]))
	case len(args) == 2 && args[0] == "check":
		err = checkLog(args[1])
	case len(args) == 1 && args[0] == "judge":
		err = judgeAll()
	case len(args) == 2 && args[0] == "bench":
		err = bench(number(args[1]))
	default:
		log.Fatal("usage: logpeer make DIR SIZE | check DIR | judge | bench SIZE")
	}
	if err != nil {
		log.Fatal(err)
	}
}
