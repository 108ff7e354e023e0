#!/bin/bash
# Files made to hurt: each is answered or refused, with one sentence, within 64 MiB. What each costs in time
# is printed, not judged: machines differ.
. "$(dirname "$0")/harness.sh"

cp "$top/tests/vectors/c2pa-rs/es256.jpg" signed.jpg
python3 "$top/tests/hostile/make.py" signed.jpg files >list || fail "the files can be made"
printf 'plain bytes\n' >asset

# A sanitizer needs memory of its own: then only the answer is judged.
limit=65536
python3 -c 'import json,sys
print(next(o["value"] for o in json.load(open(sys.argv[1])) if o["name"] == "b_sanitize"))' \
    "$build/meson-info/intro-buildoptions.json" | grep -q none || limit=4000000

while IFS=$'\t' read -r name codes; do
    case $name in
    *.c2pa) set -- asset --store "files/$name" ;;
    *) set -- "files/$name" ;;
    esac
    read -r status peak cpu < <(python3 "$top/tests/hostile/bounded.py" "$exhibit" verify "$@")
    case " $codes " in
    *" $status "*) pass "$name: exit $status, $((peak / 1024)) MiB, $cpu ms of CPU" ;;
    *) fail "$name: exit $status" "one of $codes; $(head -c 500 out) $(head -c 500 err)" ;;
    esac
    if [ "$peak" -le "$limit" ]; then pass "$name: memory"; else fail "$name: memory" "$peak KiB"; fi
    if [ "$status" -eq 10 ]; then
        if [ "$(wc -l <err)" -eq 1 ]; then pass "$name: one sentence"; else fail "$name: one sentence" "$(cat err)"; fi
    fi
done <list
finish
