"""PEFT018: an adapter that is put into a distributed model is not synchronised, or has a `module.` in its keys."""

import functools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

PREPARE_INPUTS = "prepare_inputs_for_generation"


# --- two processes: this file, started twice with RANK in the environment


def parallel(model):
    return torch.nn.parallel.DistributedDataParallel(model)


def ddp_after():
    model = fresh()
    return model, parallel(model)


def ddp_inside():
    distributed = parallel(base_model())
    return get_peft_model(distributed.module, lora_config()), distributed


def ddp_inside_loaded():
    distributed = parallel(base_model())
    return PeftModel.from_pretrained(distributed.module, SFT, is_trainable=True), distributed


def fsdp_after():
    model = fresh()
    return model, torch.distributed.fsdp.fully_shard(model, mesh=mesh())


def fsdp_inside():
    base = torch.distributed.fsdp.fully_shard(base_model(), mesh=mesh())
    model = get_peft_model(base, lora_config())
    return model, model


def flat_fsdp_inside():
    distributed = torch.distributed.fsdp.FullyShardedDataParallel(
        base_model(), use_orig_params=True, device_id=torch.device("cpu")
    )
    return get_peft_model(distributed.module, lora_config()), distributed


def accelerate_after():
    model = fresh()
    return model, needs("accelerate").Accelerator(cpu=True).prepare(model)


def accelerate_inside():
    model = base_model()
    distributed = needs("accelerate").Accelerator(cpu=True).prepare(model)
    return get_peft_model(model, lora_config()), distributed


def mesh():
    return torch.distributed.device_mesh.init_device_mesh("cpu", (2,))


WAYS = {
    way.__name__: way
    for way in (
        ddp_after,
        ddp_inside,
        ddp_inside_loaded,
        fsdp_after,
        fsdp_inside,
        flat_fsdp_inside,
        accelerate_after,
        accelerate_inside,
    )
}


def difference(way, rank):
    """How far the adapters of the two processes are apart after three steps, each on data of its own."""
    torch.manual_seed(0)
    model, distributed = WAYS[way]()
    optimizer = torch.optim.SGD([parameter for parameter in model.parameters() if parameter.requires_grad], lr=0.5)
    model.train()
    generator = torch.Generator().manual_seed(rank)
    for _ in range(3):
        tokens = torch.randint(0, 20, (2, 8), generator=generator)
        distributed(input_ids=tokens, labels=tokens).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    weights = [parameter for name, parameter in model.named_parameters() if "lora_" in name]
    whole = [weight.full_tensor() if hasattr(weight, "full_tensor") else weight for weight in weights]
    mine = torch.cat([weight.detach().flatten() for weight in whole])
    both = [torch.zeros_like(mine) for _ in range(2)]
    torch.distributed.all_gather(both, mine)
    return (both[0] - both[1]).abs().max().item()


def work():
    rank = int(os.environ["RANK"])
    torch.distributed.init_process_group("gloo")
    found = {}
    for way in WAYS:
        try:
            found[way] = difference(way, rank)
        except Exception as error:  # the same in both processes
            found[way] = f"{type(error).__name__}: {error}"
    if rank == 0:
        Path("out/two-processes.json").write_text(json.dumps(found), encoding="utf-8")


@functools.cache
def two_processes():
    if not sys.platform.startswith("linux"):
        raise Skip("needs two processes with gloo; source: PyTorch's documentation of DistributedDataParallel")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__],
            env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank), "PEFT_LINT_PROCESS": "1"},
            stdout=subprocess.DEVNULL,
        )
        for rank in (0, 1)
    ]
    try:
        for process in processes:
            process.wait(timeout=300)
    finally:
        for process in processes:
            process.kill()
    return json.loads(Path("out/two-processes.json").read_text(encoding="utf-8"))


def in_step(way, expected):
    apart = two_processes()[way]
    if isinstance(apart, str) and apart.startswith("ImportError"):
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT: {apart}")
    if isinstance(apart, str):
        return False, apart
    return (apart < 1e-6) == expected, f"the adapters differ by {apart:.2g}"


# --- the documented examples


@evidence.claim("Bad, around DataParallel without task_type: the keys of the adapter have a `module.`")
def bad_around():
    key = adapter_keys(evidence.block("Bad", 0)["model"])[0]
    return ".module." in key, key


@evidence.claim("Bad, into a prepared model: with one process it runs")
def bad_prepared():
    needs("accelerate")
    moved = [name for name, parameter in evidence.block("Bad", 1)["model"].named_parameters() if "lora_B" in name and parameter.any()]
    return bool(moved), f"{len(moved)} lora_B tensors changed"


@evidence.claim("Good: the keys of the adapter have a `module.` on the outside alone, which save_pretrained of the model inside leaves out")
def good():
    model = evidence.block("Good", 0)["model"]
    model.module.save_pretrained("out/good")
    key = saved_keys("out/good")[0]
    return "module." not in key, key


@evidence.claim("Good, prepared at last: the adapter is trained")
def good_prepared():
    needs("accelerate")
    moved = [name for name, parameter in evidence.block("Good", 1)["model"].named_parameters() if "lora_B" in name and parameter.any()]
    return bool(moved), f"{len(moved)} lora_B tensors changed"


# --- around the wrapper


@evidence.claim("around DataParallel with task_type CAUSAL_LM: AttributeError, at the wrap and at the load")
def around_with_task():
    wrap = raises(AttributeError, lambda: get_peft_model(torch.nn.DataParallel(base_model()), lora_config()))
    load = raises(AttributeError, lambda: PeftModel.from_pretrained(torch.nn.DataParallel(base_model()), SFT))
    return all_of(wrap, load, (PREPARE_INPUTS in wrap[1], "for " + PREPARE_INPUTS))


@evidence.claim("a load around DataParallel without task_type: the output is the base model's")
def around_loaded():
    model = get_peft_model(base_model(), lora_config(task_type=None))
    write_weights(model, 3)
    model.save_pretrained("out/no-task")
    again = PeftModel.from_pretrained(torch.nn.DataParallel(base_model()), "out/no-task")
    return output_is(again.base_model.model.module, "base")


@evidence.claim("saved around DataParallel, loaded onto the plain model: the output is the base model's")
def around_saved():
    model = get_peft_model(torch.nn.DataParallel(base_model()), lora_config(task_type=None))
    write_weights(model, 3)
    model.save_pretrained("out/around")
    return all_of(output_is(loaded("out/around"), "base"), (".module." in saved_keys("out/around")[0], "module. in its keys"))


# --- inside of the wrapper, in two processes


@evidence.claim("DDP after the wrap: the processes stay in step")
def after():
    return in_step("ddp_after", True)


@evidence.claim("inside of DDP: the processes drift apart, with a fresh adapter and with a loaded one")
def inside():
    return all_of(in_step("ddp_inside", False), in_step("ddp_inside_loaded", False))


@evidence.claim("fully_shard after the wrap: the processes stay in step")
def sharded_after():
    return in_step("fsdp_after", True)


@evidence.claim("inside of fully_shard: up to 0.20 a RuntimeError, in 0.21 the processes drift apart")
def sharded_inside():
    apart = two_processes()["fsdp_inside"]
    if since(0, 21):
        return in_step("fsdp_inside", False)
    return isinstance(apart, str) and apart.startswith("RuntimeError"), str(apart)


@evidence.claim("inside of fully_shard: the base model's weights are sharded, the adapter's are not")
def sharded_base_alone():
    torch.distributed.init_process_group("gloo", init_method=Path("out/group").resolve().as_uri(), rank=0, world_size=1)
    try:
        mesh = torch.distributed.device_mesh.init_device_mesh("cpu", (1,))
        model = get_peft_model(torch.distributed.fsdp.fully_shard(base_model(), mesh=mesh), lora_config())
        sharded = {name for name, parameter in model.named_parameters() if hasattr(parameter, "full_tensor")}
    finally:
        torch.distributed.destroy_process_group()
    adapter = set(adapter_keys(model))
    return bool(sharded) and not sharded & adapter, f"{len(sharded)} sharded, {len(sharded & adapter)} of the adapter"


@evidence.claim("inside of FullyShardedDataParallel: the processes drift apart")
def flat_inside():
    return in_step("flat_fsdp_inside", False)


@evidence.claim("accelerator.prepare after the wrap: the processes stay in step")
def prepared_after():
    return in_step("accelerate_after", True)


@evidence.claim("inside of what accelerator.prepare was given: the processes drift apart")
def prepared_inside():
    return in_step("accelerate_inside", False)


# --- what is right


@evidence.claim("inside of DataParallel: trained through it, the adapter changes, and its keys are the usual ones")
def inside_data_parallel():
    distributed = torch.nn.DataParallel(base_model())
    model = get_peft_model(distributed.module, lora_config())
    optimizer = torch.optim.SGD(distributed.parameters(), lr=0.5)
    distributed(input_ids=PROMPT, labels=PROMPT).loss.sum().backward()
    optimizer.step()
    model.save_pretrained("out/inside")
    key = saved_keys("out/inside")[0]
    return all_of(("module." not in key, key), output_is(loaded("out/inside"), "other"))


if "PEFT_LINT_PROCESS" in os.environ:
    work()
else:
    evidence.run()
