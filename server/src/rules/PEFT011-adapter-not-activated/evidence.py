"""PEFT011: an adapter that is put beside the active one does nothing until it is made active."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def two():
    model = loaded(adapter_name="sft")
    model.load_adapter(DPO, adapter_name="dpo")
    return model


# --- the documented examples


@evidence.claim("Bad: the output stays the first adapter's")
def bad():
    return output_is(evidence.block("Bad")["model"], "sft")


@evidence.claim("Good, set_adapter: the output is the second adapter's")
def good():
    return output_is(evidence.block("Good", 0)["model"], "dpo")


@evidence.claim("Good, the tuner's set_adapter: the output is that of both together")
def good_both():
    return output_is(evidence.block("Good", 1)["model"], "other")


# --- why


@evidence.claim("nothing warns at load_adapter or at the run")
def silent():
    model = loaded(adapter_name="sft")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.load_adapter(DPO, adapter_name="dpo")
        output(model)
    texts = [str(warning.message) for warning in caught if "adapter" in str(warning.message)]
    return not texts, f"{len(texts)} warnings"


@evidence.claim("add_adapter: training changes the first adapter alone")
def add_adapter():
    model = fresh()
    model.add_adapter("second", lora_config())
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    train(model)
    changed = [name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])]
    first = sum(".default." in name for name in changed)
    second = sum(".second." in name for name in changed)
    return first > 0 and second == 0, f"{first} tensors of the first changed, {second} of the second"


@evidence.claim("add_weighted_adapter: the output stays the active adapter's")
def weighted():
    model = two()
    model.add_weighted_adapter(["sft", "dpo"], [0.5, 0.5], adapter_name="mix")
    return output_is(model, "sft")


@evidence.claim("merge_and_unload() merges the active adapter alone")
def merges():
    return output_is(two().merge_and_unload(), "sft")


# --- what is right


@evidence.claim("load_adapter of a transformers model makes the new adapter active")
def of_transformers():
    try:
        model = base_model()
        model.load_adapter(SFT, adapter_name="sft")
        model.load_adapter(DPO, adapter_name="dpo")
    except ImportError as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to load adapters: {error}") from error
    return output_is(model, "dpo")


@evidence.claim("load_adapter under the active name gives that adapter the new weights")
def same_name():
    model = loaded()
    model.load_adapter(DPO, adapter_name="default")
    return output_is(model, "dpo")


@evidence.claim("delete_adapter of the active one makes the other active; up to 0.15 the next forward raises KeyError instead")
def deleted():
    model = two()
    model.delete_adapter("sft")
    return output_is(model, "dpo") if since(0, 16) else raises(KeyError, lambda: output(model))


@evidence.claim("adapter_names= picks the adapter for one call")
def picked():
    if not since(0, 11):
        raise Skip(f"PEFT {peft.__version__} has no adapter_names")
    model = two()
    with torch.no_grad():
        logits = model(input_ids=PROMPT, adapter_names=["dpo"]).logits
    same = torch.allclose(logits, output(loaded(DPO)), atol=1e-5)
    return same, f"same output: {same}"


@evidence.claim("save_pretrained writes the adapter that is not active as well")
def saved():
    two().save_pretrained("out/both")
    return output_is(loaded("out/both/dpo"), "dpo")


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the output is the second adapter's")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "dpo")


evidence.run()
