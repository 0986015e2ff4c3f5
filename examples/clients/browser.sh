#!/bin/sh
# Bundles browser.mjs beside it, opens it in headless Chromium, and says what the page says.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npx esbuild "$(dirname "$0")/browser.mjs" --bundle --format=esm --log-level=error --outfile="$folder/page.js"
printf '<!doctype html><title>waiting</title><script>%s</script>' "(async () => { $(cat "$folder/page.js") })()" >"$folder/page.html"
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$folder/profile" --virtual-time-budget=20000 \
    --dump-dom "file://$folder/page.html?url=$ANTHROPIC_BASE_URL" 2>"$folder/log" >"$folder/dom"
title=$(sed -n 's:.*<title>\(.*\)</title>.*:\1:p' "$folder/dom" | head -1)
test "$title" = 'message, stream' || { echo "$title" >&2; exit 1; }
echo "$title"
