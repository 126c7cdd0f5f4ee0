#!/usr/bin/env bash
# Checks robmask's torch engine on a device, from a published binary and an external libtorch: no .NET, no compiler.
usage() {
    cat <<'END'
Usage: gpu-check.sh [options]

Runs, one after the other: info; every operation judged by its proven bound in fp32, tf32 (CUDA) and bf16; lockstep of both
engines for every method on cnn and RobMask on PreAct-ResNet-18, each operation judged; two runs that must have the same
bits; a RobMask training with an audit by the managed engine; throughput in each precision beside PyTorch's; and with --data
the paper's experiments e3 and e4 (RobMask, standard, adversarial, AdvProp and TRADES). A step that fails does not stop the
others. Everything goes into gpu-check.json and gpu-check.html; Ctrl-C writes what is there.

  --device NAME      cuda, cuda:n or cpu (default: cuda where nvidia-smi finds a GPU, else cpu)
  --quick            a few minutes on a GPU: fewer cases, shorter trainings
  --full             hours: 500 cases, and with --data e3 and e4 as they are to be cited
  --data PATH        CIFAR-10 for e3 and e4: a folder of binary files, or a folder or zip of images (docs/data.md)
  --only LIST        some groups, separated by commas: check, lockstep, repeat, train, throughput, data
  --budget SECONDS   begin no step after this, and end the one under way: for a device that is lent for minutes
  --out FOLDER       everything that the steps leave (default: gpu-check-TIME); must be new or empty
  --report FOLDER    where the JSON and the page go (default: --out)
  --robmask FILE     the program (default: beside this script, then in PATH)
  --seed N           the key of the random cases (default 1)
  -h, --help         this

libtorch is taken from $ROBMASK_LIBTORCH, else from the torch that python3 imports. It must be 2.10.
Exit code: 0 all passed, 1 something failed or is missing, 2 usage, 130 interrupted.
END
}

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
device='' mode=normal data='' only='' budget='' out='' report='' robmask='' seed=1
fail() { echo "gpu-check: $*" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --device | --data | --only | --budget | --out | --report | --robmask | --seed)
            [ $# -ge 2 ] || fail "$1 needs a value"
            printf -v "${1#--}" %s "$2"
            shift ;;
        --quick) mode=quick ;;
        --full) mode=full ;;
        -h | --help) usage; exit 0 ;;
        *) fail "$1: no such option; --help shows what there is" ;;
    esac
    shift
done
case ${budget:-1} in *[!0-9]*) fail "--budget $budget: not a number of seconds" ;; esac
case $seed in *[!0-9]*) fail "--seed $seed: not a number" ;; esac
for group in ${only//,/ }; do
    case $group in check | lockstep | repeat | train | throughput | data) ;; *) fail "--only $group: there are check, lockstep, repeat, train, throughput, data" ;; esac
done

if [ -z "$robmask" ]; then
    robmask=$here/robmask
    [ -x "$robmask" ] || robmask=$(command -v robmask) || fail "no robmask beside this script nor in PATH; name it with --robmask (bench/publish.sh makes one)"
fi
[ -x "$robmask" ] || fail "--robmask $robmask: not a program"
robmask=$(realpath "$robmask")
[ -z "$data" ] || [ -e "$data" ] || fail "--data $data: is not there"
[ -z "$data" ] || data=$(realpath "$data")

# The torch that python3 has serves twice: its libtorch, where no other is named, and PyTorch's side of the throughput.
python=$(command -v python3 || true)
pytorch=''
if [ -n "$python" ]; then
    pytorch=$("$python" -c 'import os, torch; print(torch.__version__, os.path.join(os.path.dirname(torch.__file__), "lib"))' 2>/dev/null) || pytorch=''
fi
if [ -z "${ROBMASK_LIBTORCH:-}" ] && [ -n "$pytorch" ]; then
    export ROBMASK_LIBTORCH=${pytorch#* }
fi

gpu=$(nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader 2>/dev/null | paste -sd ';') || gpu=''
[ -n "$device" ] || { [ -n "$gpu" ] && device=cuda || device=cpu; }
case $device in
    cpu) precisions='fp32 bf16' ;;
    *) precisions='fp32 tf32 bf16' ;;
esac

out=$(realpath -m "${out:-gpu-check-$(date +%Y%m%d-%H%M%S)}")
report=$(realpath -m "${report:-$out}")
[ ! -e "$out" ] || [ -z "$(ls -A "$out")" ] || fail "--out $out: is not empty"
mkdir -p "$out/steps" "$report" || fail "--out $out: cannot be made"
cd "$out" || exit 2
steps=$out/steps

{
    echo "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    echo "device: $device"
    echo "GPU: ${gpu:-none that nvidia-smi shows}"
    echo "processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) processors"
    echo "system: $(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}"), $(uname -sr)"
    echo "libtorch: ${ROBMASK_LIBTORCH:-none named: the one of the build}"
    echo "PyTorch: ${pytorch:-none}"
    echo "robmask: $("$robmask" --version 2>&1 | head -1)"
    echo "extent: $mode${only:+, only $only}${budget:+, budget $budget s}"
} >"$steps/facts"

# Ends the step under way and lets the rest go; robmask ends after the training step that it is at.
count=0 pid='' stopped=0
stop() {
    stopped=1
    [ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
}
trap stop INT TERM HUP

wanted() { [ -z "$only" ] || [[ ",$only," == *",$1,"* ]]; }
has() { "$robmask" "$1" --help 2>/dev/null | grep -q "^Usage: robmask $1"; }
# begin NAME: makes the folder of the next step, $at.
begin() {
    count=$((count + 1))
    printf -v at '%s/%02d-%s' "$steps" "$count" "$1"
    mkdir "$at"
}
# note skipped|missing|notrun NAME REASON
note() {
    local at
    begin "$2"
    echo "$3" >"$at/$1"
    echo "$2: $1 ($3)"
}
# step NAME SECONDS COMMAND…: in $out, with nothing to read, at most so long.
step() {
    local name=$1 limit=$2 at rest began code
    shift 2
    if [ "$stopped" = 1 ]; then
        note notrun "$name" "the check was interrupted"
        return
    fi
    if [ -n "$budget" ]; then
        rest=$((budget - SECONDS))
        if [ "$rest" -lt 10 ]; then
            note notrun "$name" "the $budget seconds of --budget were up"
            return
        fi
        [ "$limit" -le "$rest" ] || limit=$rest
    fi
    begin "$name"
    printf '%q ' "$@" >"$at/command"
    echo "$limit" >"$at/limit"
    printf '%s: … ' "$name"
    began=$(date +%s%N)
    timeout --kill-after=30 "$limit" "$@" >"$at/stdout" 2>"$at/stderr" </dev/null &
    pid=$!
    wait "$pid"
    code=$?
    while kill -0 "$pid" 2>/dev/null; do
        wait "$pid"
        code=$?
    done
    pid=''
    [ "$stopped" = 0 ] || code=130
    awk -v n=$(($(date +%s%N) - began)) 'BEGIN { printf "%.2f\n", n / 1e9 }' >"$at/seconds"
    echo "$code" >"$at/exit"
    echo "exit code $code, $(cat "$at/seconds") s"
}

# What a GPU does in seconds takes a processor minutes: there every step is as small as it can be and still take the same path.
if [ "$device" = cpu ]; then
    cases=40 images=400 tests=200 epochs=1 batch=8 timed=2 repeated=200
    [ "$mode" != quick ] || cases=10 images=200 tests=100 timed=1 repeated=100
else
    cases=100 images=4000 tests=1000 epochs=5 batch=512 timed=20 repeated=1000
    [ "$mode" != quick ] || cases=20 images=1000 tests=200 epochs=2 timed=8 repeated=400
fi
[ "$mode" != full ] || cases=500
torch=(--engine torch --device "$device")

step info 120 "$robmask" info --json

if wanted check; then
    for precision in $precisions; do
        step "check-$precision" 1800 "$robmask" check "${torch[@]}" --precision "$precision" --cases "$cases" --seed "$seed" --save "$out/failed-$precision" --json
    done
fi

if wanted lockstep; then
    for method in standard adversarial trades advprop split robmask; do
        step "lockstep-$method" 600 "$robmask" lockstep --method "$method" --network cnn --batch-size 8 --steps 2 --lock-steps 2 --device "$device" --trace "$out/lockstep-$method.safetensors" --json
        rm -f "$out/lockstep-$method.safetensors"
    done
    if [ "$device" != cpu ]; then
        step lockstep-robmask-tf32 600 "$robmask" lockstep --method robmask --network cnn --batch-size 8 --steps 2 --lock-steps 2 --device "$device" --precision tf32 --trace "$out/lockstep-tf32.safetensors" --json
        rm -f "$out/lockstep-tf32.safetensors"
    fi
    step lockstep-preact_resnet18 1800 "$robmask" lockstep --method robmask --network preact_resnet18 --batch-size 4 --steps 1 --lock-steps 1 --device "$device" --trace "$out/lockstep-preact.safetensors" --json
    rm -f "$out/lockstep-preact.safetensors"
fi

small=(train --method robmask --network cnn --data shapes --eval-steps 5 --sample-images 0)
if wanted repeat; then
    for one in first second; do
        step "repeat-$one" 900 "$robmask" "${small[@]}" "${torch[@]}" --epochs 1 --train-images "$repeated" --test-images 100 --out "$out/repeat-$one" --json
    done
    step repeat-bits 120 "$robmask" compare "$out/repeat-first/checkpoints/robmask.safetensors" "$out/repeat-second/checkpoints/robmask.safetensors" --json
    step repeat-metrics 60 cmp "$out/repeat-first/metrics.jsonl" "$out/repeat-second/metrics.jsonl"
fi

if wanted train; then
    audit=()
    ! has audit || audit=(--audit-every 10)
    step train-shapes 1800 "$robmask" "${small[@]}" "${torch[@]}" --epochs "$epochs" --train-images "$images" --test-images "$tests" --out "$out/train-shapes" "${audit[@]}" --json
    if has audit; then
        step audit-shapes 1800 "$robmask" audit "$out/train-shapes" --json
    else
        note missing audit-shapes "this robmask has no verb audit"
    fi
fi

if wanted throughput; then
    for precision in $precisions; do
        if has throughput; then
            step "robmask-$precision" 900 "$robmask" throughput --network preact_resnet18 --data cifar10 --synthetic --method robmask --masks 3 --batch-size "$batch" --steps 7 --warm-up-steps 2 --measure-steps "$timed" --evaluation-batches 0 "${torch[@]}" --precision "$precision" --json
        else
            note missing "robmask-$precision" "this robmask has no verb throughput"
        fi
        if [ ! -f "$here/pytorch_baseline.py" ]; then
            note missing "pytorch-$precision" "there is no pytorch_baseline.py beside this script"
        elif [ -z "$pytorch" ]; then
            note skipped "pytorch-$precision" "python3 has no torch"
        else
            step "pytorch-$precision" 900 "$python" "$here/pytorch_baseline.py" --device "$device" --precision "$precision" --methods robmask --batch "$batch" --steps "$timed" --json
        fi
    done
fi

if wanted data; then
    audit=()
    ! has audit || audit=(--audit-every 1000000)
    for experiment in e3 e4; do
        if [ -z "$data" ]; then
            note skipped "$experiment" "no --data"
        elif [ "$mode" = full ]; then
            step "$experiment" 86400 "$robmask" experiment "$experiment" --data "$data" --network preact_resnet18 --full --crop 4 --flip "${torch[@]}" --out "$out/$experiment" "${audit[@]}" --json
        elif [ "$mode" = quick ] || [ "$device" = cpu ]; then
            step "$experiment" 1800 "$robmask" experiment "$experiment" --data "$data" --network cnn --train-images "$images" --test-images "$tests" --epochs "$epochs" --seeds 1 --steps 2 --eval-steps 5 "${torch[@]}" --out "$out/$experiment" "${audit[@]}" --json
        else
            step "$experiment" 7200 "$robmask" experiment "$experiment" --data "$data" --network preact_resnet18 --seeds 1 "${torch[@]}" --out "$out/$experiment" "${audit[@]}" --json
        fi
    done
    if [ -z "$data" ]; then
        note skipped audit-e4 "no --data"
    elif has audit; then
        step audit-e4 14400 "$robmask" audit "$out/e4" --json
    else
        note missing audit-e4 "this robmask has no verb audit"
    fi
fi

echo "seconds: $SECONDS" >>"$steps/facts"
"$robmask" collect "$steps" --title gpu-check --json-file "$report/gpu-check.json" --html "$report/gpu-check.html"
code=$?
echo "$report/gpu-check.json, $report/gpu-check.html"
[ "$stopped" = 0 ] || exit 130
exit "$code"
