#!/bin/sh
# curl: a message, a stream, and an offer to go on in HTTP/2.
set -eu
for more in '' ',"stream":true'; do
    for version in --http1.1 --http2; do
        curl --silent --show-error --fail "$version" "$ANTHROPIC_BASE_URL/v1/messages" \
            -H 'x-api-key: sk-ant-test-1' -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' \
            -d '{"model":"claude-sonnet-4-6","max_tokens":64,"messages":[{"role":"user","content":"Hello"}]'"$more"'}' |
            grep -q end_turn
    done
done
echo message, stream, offer of HTTP/2
