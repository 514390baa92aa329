"""PEFT017: keys of an adapter in a compiled model begin with _orig_mod."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

# Where there is no C++ compiler, the compiled model runs as the plain one does.
import torch._dynamo

torch._dynamo.config.suppress_errors = True

evidence = Evidence(__file__)


def compiled():
    return torch.compile(base_model(), backend="eager")


# --- the documented example


@evidence.claim("Bad: the loaded model computes what the base model computes")
def bad():
    return output_is(evidence.block("Bad")["model"], "base")


@evidence.claim("Good, compiled last: the loaded model computes what was trained")
def good():
    return output_is(evidence.block("Good", 0)["model"], "sft")


@evidence.claim("Good, compiled in place: the loaded model computes what was trained")
def good_in_place():
    return output_is(evidence.block("Good", 1)["model"], "sft")


# --- why


@evidence.claim("the keys of the adapter begin with base_model.model._orig_mod.")
def keys():
    names = adapter_keys(PeftModel.from_pretrained(compiled(), SFT))
    return all(name.startswith("base_model.model._orig_mod.") for name in names), names[0]


@evidence.claim("loading warns of missing keys from 0.14 on")
def warning():
    model = compiled()
    return warned(lambda: PeftModel.from_pretrained(model, SFT), {MISSING_KEYS: since(0, 14)})


@evidence.claim("what was trained in a compiled model gives the base model's output on a plain one")
def trained():
    model = get_peft_model(compiled(), lora_config())
    write_weights(model, 3)
    model.save_pretrained("out/compiled")
    return all_of(
        output_is(PeftModel.from_pretrained(base_model(), "out/compiled"), "base"),
        (all("_orig_mod." in key for key in saved_keys("out/compiled")), saved_keys("out/compiled")[0]),
    )


# --- what looks the same and is right


@evidence.claim("the variable that was compiled from: loading gives what was trained")
def base_variable():
    base = base_model()
    torch.compile(base, backend="eager")
    return output_is(PeftModel.from_pretrained(base, SFT), "sft")


@evidence.claim("_orig_mod of the compiled model: loading gives what was trained")
def inside():
    return output_is(PeftModel.from_pretrained(compiled()._orig_mod, SFT), "sft")


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the loaded model computes what was trained")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


evidence.run()
