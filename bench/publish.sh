#!/usr/bin/env bash
# Publishes robmask for a linux-x64 machine without .NET: one folder, below 60 MB, that takes its libtorch from ROBMASK_LIBTORCH.
#     bench/publish.sh [FOLDER]          (default: artifacts/linux-x64)
# Needs the .NET SDK here and nothing but glibc and libstdc++ there. Neither the build's folders nor the lock files that are committed are touched.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
output=$(realpath -m "${1:-$root/artifacts/linux-x64}")
limit=60000000
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -e "$output" ] && [ ! -x "$output/robmask" ] && [ -n "$(ls -A "$output")" ]; then
    echo "publish: $output is not empty and holds no robmask; name another folder" >&2
    exit 2
fi

dotnet publish "$root/src/RobMask.Cli" -c Release -r linux-x64 --self-contained --artifacts-path "$work/artifacts" -o "$work/output" --nologo -v quiet \
    -p:TorchBackend=external -p:NuGetLockFilePath="$work/%24(MSBuildProjectName).lock.json" \
    -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:PublishReadyToRun=false -p:DebugType=none -p:RunAnalyzers=false \
    -p:DebuggerSupport=false -p:EventSourceSupport=false -p:UseSystemResourceKeys=false

# What a GPU machine needs beside the program: the check itself, and PyTorch's side of the comparison.
cp "$root/bench/gpu-check.sh" "$work/output/"
[ ! -f "$root/bench/pytorch_baseline.py" ] || cp "$root/bench/pytorch_baseline.py" "$work/output/"
find "$work/output" \( -name "*.pdb" -o -name "*.xml" \) -delete
size=$(du -sb "$work/output" | cut -f1)
rm -rf "$output"
mkdir -p "$(dirname "$output")"
mv "$work/output" "$output"
echo "$output: $size bytes, $(find "$output" -type f | wc -l) files"
if [ "$size" -ge "$limit" ]; then
    echo "publish: $size bytes are not below $limit" >&2
    exit 1
fi
