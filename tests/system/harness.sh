# harness.sh -- what the system tests share; each begins with:  . "$(dirname "$0")/harness.sh"
#
#     tests/system/run BUILD_DIR [NAME...]    runs them
#
# A test runs in an empty folder of its own, which is removed. $exhibit is the program, $build the build
# folder, $top the repository. Each check prints `ok - name` or `not ok - name`; `finish` ends the test.
# shellcheck shell=bash disable=SC2034 # top and others are for the tests

set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${build:?"run by tests/system/run"}
exhibit=$build/src/cli/exhibit
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/.config XDG_STATE_HOME=$work/.local/state HOME=$work
cd "$work" || exit 1

pass() {
    printf 'ok - %s\n' "$1"
}

# fail NAME [WHY]: the reason is shown below, each line behind '#'.
fail() {
    printf 'not ok - %s\n' "$1"
    [ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/#   /'
    failures=$((failures + 1))
}

# run COMMAND...: its exit status in $status, what it printed in $out and $err.
run() {
    "$@" >"$work/.out" 2>"$work/.err"
    status=$?
    out=$(tr -d '\0' <"$work/.out")
    err=$(tr -d '\0' <"$work/.err")
}

# exits STATUS NAME COMMAND...
exits() {
    local want=$1 name=$2
    shift 2
    run "$@"
    if [ "$status" -eq "$want" ]; then
        pass "$name"
    else
        fail "$name" "exit $status, not $want: $*
$out
$err"
    fi
}

# says TEXT NAME: the last run printed TEXT on stdout or stderr.
says() {
    case "$out
$err" in
    *"$1"*) pass "$2" ;;
    *) fail "$2" "does not say \"$1\":
$out
$err" ;;
    esac
}

# silent_about TEXT NAME: it did not.
silent_about() {
    case "$out
$err" in
    *"$1"*) fail "$2" "says \"$1\":
$out
$err" ;;
    *) pass "$2" ;;
    esac
}

# same GOT WANT NAME
same() {
    if [ "$1" = "$2" ]; then
        pass "$3"
    else
        fail "$3" "got  $1
want $2"
    fi
}

# holds NAME COMMAND...: the command succeeds.
holds() {
    local name=$1
    shift
    run "$@"
    if [ "$status" -eq 0 ]; then pass "$name"; else fail "$name" "$*: exit $status
$out
$err"; fi
}

# json FILE-OR-'-' PYTHON-EXPRESSION: evaluates it with the parsed JSON as j.
json() {
    python3 -c 'import json, sys
j = json.load(sys.stdin if sys.argv[1] == "-" else open(sys.argv[1]))
print(eval(sys.argv[2]))' "$1" "$2"
}

finish() {
    [ "$failures" -eq 0 ]
    exit
}
