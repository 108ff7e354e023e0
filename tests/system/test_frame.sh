#!/bin/bash
# What all commands have in common: help, options, exit statuses, completions.
. "$(dirname "$0")/harness.sh"

exits 0 "--version" "$exhibit" --version
same "$out" "exhibit $(sed -n "s/^  version: '\(.*\)',/\1/p" "$top/meson.build")" "--version names the version"
exits 0 "--help" "$exhibit" --help
same "$(printf '%s\n' "$out" | sed -n 3p)" "Examples:" "help leads with examples"
exits 2 "no arguments" "$exhibit"
exits 2 "unknown command" "$exhibit" verfy
says "did you mean verify?" "a typo in a command gets a suggestion"
exits 2 "unknown option before a command" "$exhibit" --json
exits 2 "unknown option" "$exhibit" verify --jsn photo.jpg
says "did you mean --json?" "a typo in an option gets a suggestion"
exits 2 "an option is not shortened" "$exhibit" verify --js photo.jpg
exits 2 "a value is missing" "$exhibit" verify photo.jpg --trust
exits 2 "no file" "$exhibit" verify
says "Try: exhibit help verify" "the complaint points to the help"

for noun in ca key camera; do
    exits 0 "help $noun" "$exhibit" help "$noun"
    exits 2 "$noun without a verb" "$exhibit" "$noun"
done

commands=$("$exhibit" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\( [a-z]*\)\{0,1\}\)  .*/\1/p')
same "$(printf '%s\n' "$commands" | wc -l | tr -d ' ')" "$("$exhibit" --help | sed -n '/^Commands:/,/^$/p' | grep -c '^  ')" \
    "all commands are listed"
while read -r command; do
    # shellcheck disable=SC2086 # two words are two arguments
    exits 0 "help $command" "$exhibit" help $command
    says "Usage: exhibit $command" "help $command shows its usage"
    # shellcheck disable=SC2086
    exits 0 "$command -h" "$exhibit" $command -h
    # shellcheck disable=SC2086
    exits 2 "$command refuses an unknown option" "$exhibit" $command --no-such-option
    page=$top/docs/man/exhibit-$(printf %s "$command" | tr ' ' '-').1
    if [ -f "$page" ]; then
        pass "$command has a man page"
        # shellcheck disable=SC2086
        for option in $("$exhibit" $command -h | sed -n '/^Options:/,/^$/s/^  \(-., \)\{0,1\}--\([a-z0-9-]*\).*/\2/p'); do
            case $option in plain | quiet | no-color | no-input | help) continue ;; esac
            grep -qF -- "Fl -$option" "$page" || fail "$command --$option stands in its man page"
        done
    else
        fail "$command has a man page" "$page is missing"
    fi
done <<<"$commands"

for shell in bash zsh fish; do
    exits 0 "completion $shell" "$exhibit" completion "$shell"
    "$exhibit" completion "$shell" >"completion.$shell"
    holds "$shell reads its completions" "$shell" -n "completion.$shell"
done
exits 2 "completion of an unknown shell" "$exhibit" completion tcsh

# What bash offers, asked as bash asks.
offered() {
    bash -c '. ./completion.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _exhibit
        echo "${COMPREPLY[@]}"' - "$@"
}
same "$(offered exhibit verif)" "verify" "bash completes a command"
same "$(offered exhibit ca i)" "init issue" "bash completes a verb"
same "$(offered exhibit verify --trus)" "--trust" "bash completes an option"
same "$(fish -c 'source completion.fish; complete -C "exhibit verify --onl"' | cut -f1)" "--online" "fish completes an option"

exits 10 "a full disk under standard output is told" sh -c "'$exhibit' --help >/dev/full"
finish
