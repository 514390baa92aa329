"""PEFT012: `disable_adapter()` without `with` does nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


# --- the documented example


@evidence.claim("Bad: the output stays the adapter's")
def bad():
    return output_is(evidence.block("Bad")["model"], "sft")


@evidence.claim("without `with` there is no warning")
def no_warning():
    model = loaded()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.disable_adapter()
    return not caught, f"{len(caught)} warnings"


@evidence.claim("Good, `with`: inside the block the output is the base model's, behind it the adapter's")
def good():
    model = evidence.block("Good", 0)["model"]
    with model.disable_adapter():
        inside = output_is(model, "base")
    return all_of(inside, output_is(model, "sft"))


@evidence.claim("Good, disable_adapter_layers: the output is the base model's until the layers are enabled again")
def good_layers():
    model = evidence.block("Good", 1)["model"]
    off = output_is(model, "base")
    model.base_model.enable_adapter_layers()
    return all_of(off, output_is(model, "sft"))


# --- why


@evidence.claim("enable_adapter() does not exist")
def no_enable():
    return raises(AttributeError, lambda: loaded().enable_adapter())


@evidence.claim("rescale_adapter_scale() without `with` leaves the output as it is")
def rescale():
    helpers = needs("peft.helpers").helpers
    if not hasattr(helpers, "rescale_adapter_scale"):
        raise Skip(f"PEFT {peft.__version__} has no rescale_adapter_scale")
    model = loaded()
    helpers.rescale_adapter_scale(model, 0.0)
    return output_is(model, "sft")


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the lines run without the adapter, and it is active again")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


evidence.run()
