"""PEFT044: the wrapper that an unload leaves behind computes the same and holds no adapter."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def is_empty_wrapper(model):
    keys = adapter_keys(model)
    return isinstance(model, PeftModel) and not keys, f"{type(model).__name__} with {len(keys)} adapter tensors"


def is_plain(model):
    return not isinstance(model, PeftModel), type(model).__name__


# --- the documented example


@evidence.claim("Bad: the variable is an empty wrapper that gives the trained output")
def bad():
    model = evidence.block("Bad")["model"]
    return all_of(is_empty_wrapper(model), output_is(model, "sft"))


@evidence.claim("Good: the variable is the merged model")
def good():
    model = evidence.block("Good")["model"]
    return all_of(is_plain(model), output_is(model, "sft"))


# --- why


@evidence.claim("after unload() the variable is an empty wrapper that gives the base model's output")
def unloaded():
    model = loaded()
    model.unload()
    return all_of(is_empty_wrapper(model), output_is(model, "base"))


@evidence.claim("the tuner's merge_and_unload() leaves the wrapper empty as well")
def tuner():
    model = loaded()
    model.base_model.merge_and_unload()
    return all_of(is_empty_wrapper(model), output_is(model, "sft"))


@evidence.claim("the empty wrapper has no trainable parameter")
def no_parameters():
    model = loaded()
    model.merge_and_unload()
    trainable, _ = model.get_nb_trainable_parameters()
    return trainable == 0, f"{trainable} trainable"


@evidence.claim("what the empty wrapper saves holds no tensors")
def saved():
    model = loaded()
    model.merge_and_unload()
    model.save_pretrained("out/empty")
    keys = saved_keys("out/empty")
    return not keys, f"{len(keys)} tensors"


@evidence.claim("disable_adapter() of the empty wrapper does not give the base model")
def no_base():
    model = loaded()
    model.merge_and_unload()
    try:
        with model.disable_adapter():
            seen = computes(model)
    except Exception as error:
        return True, f"{type(error).__name__}: {str(error)[:100]}"
    return seen != "base", f"output == {seen}"


@evidence.claim("an adapter that is loaded onto the empty wrapper is ignored")
def loaded_again():
    model = loaded()
    model.unload()
    return output_is(PeftModel.from_pretrained(model, DPO), "base")


# --- what looks the same and is right


@evidence.claim("the base variable goes on as the merged model")
def base_variable():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).merge_and_unload()
    return output_is(base, "sft")


@evidence.claim("unload() clears the base variable for the next adapter")
def cleared():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).unload()
    return output_is(PeftModel.from_pretrained(base, DPO), "dpo")


@evidence.claim("get_base_model() after a dropped merge is the merged model")
def inside():
    model = loaded()
    model.merge_and_unload()
    return all_of(is_plain(model.get_base_model()), output_is(model.get_base_model(), "sft"))


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the variable is the merged model")
def bad_fixed():
    model = evidence.fixed_block(0)["model"]
    return all_of(is_plain(model), output_is(model, "sft"))


evidence.run()
