"""PEFT005: a wrapper that was merged or unloaded saves an adapter without weights."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def clean(path):
    """Examples save into one folder: what is left of an earlier one would be loaded as well."""
    shutil.rmtree(path, ignore_errors=True)


def reloaded(path):
    return PeftModel.from_pretrained(base_model(), path)


def whole(path):
    return AutoModelForCausalLM.from_pretrained(path)


def is_empty(path):
    keys = saved_keys(path)
    size = Path(path, "adapter_model.safetensors").stat().st_size
    return not keys, f"{len(keys)} tensors, {size} bytes"


# --- the documented example


@evidence.claim("Bad: the saved adapter has no tensors, and loading it gives the base model's output")
def bad():
    evidence.block("Bad")
    return all_of(is_empty("out/merged"), output_is(reloaded("out/merged"), "base"))


@evidence.claim("Good: the saved model gives the trained output")
def good():
    clean("out/merged")
    evidence.block("Good", 0)
    return output_is(whole("out/merged"), "sft")


@evidence.claim("Good, saved before the merge: the saved adapter gives the trained output")
def good_before():
    evidence.block("Good", 1)
    return output_is(reloaded("out/adapter"), "sft")


# --- why


@evidence.claim("with the result in another variable the wrapper saves no tensors either")
def two_names():
    model = loaded()
    merged = model.merge_and_unload()
    model.save_pretrained("out/shell")
    return all_of(is_empty("out/shell"), output_is(merged, "sft"))


@evidence.claim("after unload() the wrapper saves no tensors")
def unloaded():
    model = loaded()
    model.unload()
    model.save_pretrained("out/unloaded")
    return is_empty("out/unloaded")


@evidence.claim("loading the empty adapter warns of missing keys from 0.14 on")
def warning():
    model = loaded()
    model.merge_and_unload()
    model.save_pretrained("out/quiet")
    return warned(lambda: reloaded("out/quiet"), {MISSING_KEYS: since(0, 14)})


# --- what looks the same and is right


@evidence.claim("get_base_model().save_pretrained() after the merge saves the merged model")
def base_inside():
    model = loaded()
    model.merge_and_unload()
    model.get_base_model().save_pretrained("out/inside")
    return output_is(whole("out/inside"), "sft")


@evidence.claim("the base variable, after the merge, saves the merged model")
def base_variable():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).merge_and_unload()
    base.save_pretrained("out/base")
    return output_is(whole("out/base"), "sft")


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the saved model gives the trained output")
def bad_fixed():
    clean("out/merged")
    evidence.fixed_block(0)
    return output_is(whole("out/merged"), "sft")


evidence.run()
