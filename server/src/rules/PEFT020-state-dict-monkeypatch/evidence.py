"""PEFT020: a `state_dict` that filters already makes PEFT's save write nothing."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

EMPTY = not since(0, 20)


def patched(model):
    old = model.state_dict
    model.state_dict = (lambda self, *_, **__: peft.get_peft_model_state_dict(self, old())).__get__(model, type(model))
    return model


def is_empty(path, expected):
    keys, size = saved_keys(path), Path(path, "adapter_model.safetensors").stat().st_size
    return (not keys) == expected, f"{len(keys)} tensors, {size} bytes"


# --- the documented example


@evidence.claim("Bad: before 0.20 the saved adapter has no tensors, from 0.20 on it has all")
def bad():
    evidence.block("Bad")
    return is_empty("out/adapter", EMPTY)


@evidence.claim("Good: the saved adapter has its tensors")
def good():
    shutil.rmtree("out/adapter", ignore_errors=True)
    evidence.block("Good")
    return is_empty("out/adapter", False)


# --- why


@evidence.claim("a trained adapter saved like this: before 0.20 loading it gives the base model, from 0.20 on the adapter")
def reloaded():
    patched(loaded()).save_pretrained("out/patched")
    return output_is(loaded("out/patched"), "base" if EMPTY else "sft")


@evidence.claim("loading the empty adapter warns of missing keys from 0.14 on")
def warning():
    patched(loaded()).save_pretrained("out/quiet")
    return warned(lambda: loaded("out/quiet"), {MISSING_KEYS: EMPTY and since(0, 14)})


@evidence.claim("as a .bin file it is as empty")
def pickled():
    patched(loaded()).save_pretrained("out/bin", safe_serialization=False)
    path = Path("out/bin/adapter_model.bin")
    count, size = len(torch.load(path)), path.stat().st_size
    return (count == 0) == EMPTY, f"{count} tensors, {size} bytes"


@evidence.claim("through Trainer.save_model() the same")
def trainer():
    args = transformers.TrainingArguments("out/run", use_cpu=True, report_to=[])
    transformers.Trainer(model=patched(loaded()), args=args).save_model("out/trainer")
    return is_empty("out/trainer", EMPTY)


@evidence.claim("after torch.compile the same")
def compiled():
    torch.compile(patched(loaded())).save_pretrained("out/compiled")
    return is_empty("out/compiled", EMPTY)


@evidence.claim("without the weights as its second argument it calls itself without end")
def endless():
    model = loaded()
    model.state_dict = lambda *_, **__: peft.get_peft_model_state_dict(model)
    return raises(RecursionError, model.state_dict)


# --- what looks the same and is right


@evidence.claim("put back before the save: the tensors are written")
def put_back():
    model = loaded()
    old = model.state_dict
    patched(model).state_dict = old
    model.save_pretrained("out/back")
    return is_empty("out/back", False)


@evidence.claim("given state_dict=, the save writes the tensors")
def given():
    model = loaded()
    old = model.state_dict
    patched(model).save_pretrained("out/given", state_dict=old())
    return is_empty("out/given", False)


@evidence.claim("without the replacement the save writes the adapter and no other weights")
def adapter_alone():
    loaded().save_pretrained("out/alone")
    keys = saved_keys("out/alone")
    return all("lora_" in key for key in keys), f"{len(keys)} tensors"


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the saved adapter has its tensors")
def bad_fixed():
    shutil.rmtree("out/adapter", ignore_errors=True)
    evidence.fixed_block(0)
    return is_empty("out/adapter", False)


evidence.run()
