#!/bin/sh
# Drives the model room against a server that others wrote: llama-cpp-python, on loopback, over a
# tiny model with random weights. Not part of the normal tests: building that package takes long.
#
# Usage: tests/llama/check.sh [FOLDER]   where the Python packages and the model are kept
#                                        (default: target/llama); PYTHON names the interpreter
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:-$root/target/llama}
port=${PORT:-8791}
key=loopback-only
mkdir -p "$folder"

if [ ! -x "$folder/venv/bin/python" ]; then
    "${PYTHON:-python3}" -m venv "$folder/venv"
fi
if ! "$folder/venv/bin/python" -c 'import llama_cpp.server, gguf' 2>"$folder/import.log"; then
    CMAKE_ARGS="${CMAKE_ARGS:--DLLAVA_BUILD=OFF}" \
        "$folder/venv/bin/pip" install 'llama-cpp-python[server]' gguf
fi
"$folder/venv/bin/python" "$root/tests/llama/make_tiny_gguf.py" "$folder/tiny.gguf"

"$folder/venv/bin/python" -m llama_cpp.server --model "$folder/tiny.gguf" --model_alias tiny \
    --host 127.0.0.1 --port "$port" --api_key "$key" --n_ctx 4096 --embedding true \
    --chat_format chatml --n_threads 1 >"$folder/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null' EXIT

tries=0
until curl -fsS -H "Authorization: Bearer $key" "http://127.0.0.1:$port/v1/models" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 120 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "the server did not start; the end of its log:" >&2
        tail -20 "$folder/server.log" >&2
        exit 1
    fi
    sleep 1
done

cd "$root"
RESERVOIR_LLAMA_ADDRESS="http://127.0.0.1:$port/v1" RESERVOIR_LLAMA_KEY=$key \
    cargo test --locked --test llm -- --ignored --test-threads=1 elsewhere::
