#!/bin/sh
# Claude Code: one prompt, printed.
set -eu
test -n "$(claude -p 'Say hello' </dev/null)"
echo a prompt
