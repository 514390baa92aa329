"""PEFT017: an adapter around a compiled model has `_orig_mod.` in its keys."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def compiled():
    return torch.compile(base_model(), backend="eager")


def saved_and_reloaded(model, path):
    """Random weights in place of a training run; the keys of the file, and whose output the plain model then gives."""
    write_weights(model, 3)
    model.save_pretrained(path)
    return saved_keys(path)[0], computes(loaded(path))


# --- the documented examples


@evidence.claim("Bad, wrapped: the saved keys have `_orig_mod.`, and on a plain model the output is the base model's")
def bad_wrap():
    key, seen = saved_and_reloaded(evidence.block("Bad", 0)["model"], "out/wrapped")
    return "._orig_mod." in key and seen == "base", f"{key}; output == {seen}"


@evidence.claim("Bad, loaded: the output is the base model's")
def bad_load():
    return output_is(evidence.block("Bad", 1)["model"], "base")


@evidence.claim("Good, compiled at last: the saved keys are the usual ones, and load onto a plain model")
def good():
    key, seen = saved_and_reloaded(evidence.block("Good", 0)["model"], "out/good")
    return "_orig_mod" not in key and seen == "other", f"{key}; output == {seen}"


@evidence.claim("Good, compiled in place: the output is the adapter's")
def good_in_place():
    return output_is(evidence.block("Good", 1)["model"], "sft")


# --- why


@evidence.claim("training around a compiled model works, and its result is lost at the reload")
def trains_as_usual():
    model = get_peft_model(compiled(), lora_config())
    return all_of(trains(model), output_is(model, "other"), output_survives_reload(model, False, "out/trained"))


@evidence.claim("warnings: missing keys at the load and at the reload from 0.14, nothing at the wrap")
def warnings_by_version():
    missing = {MISSING_KEYS: since(0, 14)}
    model = compiled()
    wrapping = warned(lambda: get_peft_model(model, lora_config()).save_pretrained("out/warned"), {MISSING_KEYS: False})
    loading = warned(lambda: PeftModel.from_pretrained(compiled(), SFT), missing)
    return all_of(wrapping, loading, warned(lambda: loaded("out/warned"), missing))


@evidence.claim("renaming the keys repairs the checkpoint")
def repair():
    from safetensors.torch import load_file, save_file

    model = get_peft_model(compiled(), lora_config())
    write_weights(model, 3)
    model.save_pretrained("out/repair")
    path = "out/repair/adapter_model.safetensors"
    weights = {key.replace("_orig_mod.", "", 1): value for key, value in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
    same = same_output(loaded("out/repair"), model)
    return same, f"same output: {same}"


# --- what is right


@evidence.claim("inside of the compiled model: PeftModel.from_pretrained(compiled._orig_mod, …) gives the adapter's output")
def inside():
    return output_is(PeftModel.from_pretrained(compiled()._orig_mod, SFT), "sft")


@evidence.claim("through the base variable: the output is the adapter's")
def base_variable():
    base = base_model()
    torch.compile(base, backend="eager")
    return output_is(PeftModel.from_pretrained(base, SFT), "sft")


@evidence.claim("torch.compile(model, disable=True) returns the model itself")
def disabled():
    base = base_model()
    return torch.compile(base, disable=True) is base, "the same object"


@evidence.claim("load_adapter of a compiled transformers model reaches the model inside")
def of_transformers():
    model = compiled()
    try:
        model.load_adapter(SFT)
    except ImportError as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to load adapters: {error}") from error
    return output_is(model, "sft")


# --- the fixes


@evidence.claim("Bad, wrapped, after PEFT Lint's fix: the saved adapter loads onto a plain model")
def bad_wrap_fixed():
    key, seen = saved_and_reloaded(evidence.fixed_block(0)["model"], "out/fixed")
    return "_orig_mod" not in key and seen == "other", f"{key}; output == {seen}"


@evidence.claim("Bad, loaded, after PEFT Lint's fix: the output is the adapter's")
def bad_load_fixed():
    return output_is(evidence.fixed_block(1)["model"], "sft")


evidence.run()
