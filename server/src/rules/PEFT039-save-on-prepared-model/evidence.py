"""PEFT039: what distributes a PeftModel puts a wrapper around it that cannot save it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("ACCELERATE_USE_CPU", "true")

from evidence_support import *

evidence = Evidence(__file__)

TRAINED = "out/trained"
BLOCKS = {
    "bad": lambda: evidence.block("Bad", 0),
    "good": lambda: evidence.block("Good", 0),
    "fixed": lambda: evidence.fixed_block(0),
}


# --- two processes: this file, started twice with RANK in the environment


def work(name):
    try:
        BLOCKS[name]()
        outcome = "it ran"
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    if os.environ["RANK"] == "0":
        Path("out/outcome.txt").write_text(outcome, encoding="utf-8")


def with_two_processes(name):
    """How a block ends in the first of two processes."""
    if not sys.platform.startswith("linux"):
        raise Skip("needs two processes with gloo; source: accelerate's documentation of Accelerator.unwrap_model")
    needs("accelerate")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, *sys.argv[1:]],
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "PEFT_LINT_PROCESS": name},
            stdout=subprocess.DEVNULL,
        )
        for rank in (0, 1)
    ]
    try:
        processes[0].wait(timeout=300)
    finally:
        for process in processes:
            process.kill()
    return Path("out/outcome.txt").read_text(encoding="utf-8")


def saves(name):
    shutil.rmtree(TRAINED, ignore_errors=True)
    outcome = with_two_processes(name)
    return output_is(loaded(TRAINED), "other") if outcome == "it ran" else (False, outcome)


@contextlib.contextmanager
def one_process():
    """A process group of this process alone."""
    torch.distributed.init_process_group("gloo", init_method=Path("out/group").resolve().as_uri(), rank=0, world_size=1)
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()
        Path("out/group").unlink(missing_ok=True)


def cannot_save(model):
    return all_of(
        raises(AttributeError, lambda: model.save_pretrained("out/never")),
        raises(AttributeError, lambda: model.push_to_hub("me/never")),
        (not Path("out/never").exists(), "nothing is saved"),
    )


# --- the documented examples


@evidence.claim("Bad, prepared, with two processes: AttributeError")
def bad():
    outcome = with_two_processes("bad")
    return "'DistributedDataParallel' object has no attribute 'save_pretrained'" in outcome, outcome


@evidence.claim("Bad, prepared, with one process: the adapter is saved")
def bad_alone():
    needs("accelerate")
    evidence.block("Bad", 0)
    return output_is(loaded(TRAINED), "other")


@evidence.claim("Bad, DataParallel: AttributeError")
def bad_parallel():
    return raises(AttributeError, lambda: evidence.block("Bad", 1))


@evidence.claim("Good, unwrapped, with two processes: the trained adapter is saved")
def good():
    return saves("good")


@evidence.claim("Good, through module: the adapter is saved")
def good_parallel():
    evidence.block("Good", 1)
    return output_is(loaded("out/parallel"), "base")


@evidence.claim("the fixed example, with two processes: the trained adapter is saved")
def fixed():
    if evidence.fixed is None:
        raise Skip("the fixed script is made by `npm run evidence`")
    return saves("fixed")


@evidence.claim("the fixed example, with one process: the trained adapter is saved")
def fixed_alone():
    needs("accelerate")
    shutil.rmtree(TRAINED, ignore_errors=True)
    evidence.fixed_block(0)
    return output_is(loaded(TRAINED), "other")


@evidence.claim("the fixed example with DataParallel: the adapter is saved")
def fixed_parallel():
    shutil.rmtree("out/parallel", ignore_errors=True)
    evidence.fixed_block(1)
    return output_is(loaded("out/parallel"), "base")


# --- the wrappers


@evidence.claim("DistributedDataParallel and DataParallel have neither save_pretrained nor push_to_hub")
def wrappers():
    with one_process():
        return all_of(
            cannot_save(torch.nn.parallel.DistributedDataParallel(fresh())), cannot_save(torch.nn.DataParallel(fresh()))
        )


@evidence.claim("unwrap_model with one process gives the same model back")
def same():
    accelerator = needs("accelerate").Accelerator()
    model = fresh()
    return accelerator.unwrap_model(accelerator.prepare(model)) is model, "it is the one that was prepared"


# --- what looks the same


@evidence.claim("the variable from before prepare, and from before DDP, is the PeftModel still")
def before():
    model = fresh()
    with one_process():
        torch.nn.parallel.DistributedDataParallel(model)
        model.save_pretrained("out/before")
    return output_is(loaded("out/before"), "base")


@evidence.claim("FullyShardedDataParallel hands the method on")
def sharded():
    with one_process():
        model = torch.distributed.fsdp.FullyShardedDataParallel(
            fresh(), use_orig_params=True, device_id=torch.device("cpu")
        )
        return callable(model.save_pretrained), "it has save_pretrained"


@evidence.claim("DeepSpeed's engine hands the method on")
def engine():
    needs("deepspeed")
    raise Skip("needs a GPU; source: DeepSpeedEngine.__getattr__ in deepspeed/runtime/engine.py")


if "PEFT_LINT_PROCESS" in os.environ:
    work(os.environ["PEFT_LINT_PROCESS"])
else:
    evidence.run()
