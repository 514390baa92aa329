"""PEFT019: PyTorch does not find a saved adapter's keys in any model."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from safetensors.torch import load_file

evidence = Evidence(__file__)

FILE = f"{SFT}/adapter_model.safetensors"


def loads_nothing(model, weights):
    """Every key is unexpected, and the output stays the base model's."""
    result = model.load_state_dict(weights, strict=False)
    count = len(result.unexpected_keys)
    return all_of((count == len(weights), f"{count} of {len(weights)} keys unexpected"), output_is(model, "base"))


# --- the documented example


@evidence.claim("Bad: the output stays the base model's")
def bad():
    return output_is(evidence.block("Bad")["model"], "base")


@evidence.claim("Good, set_peft_model_state_dict: the output is the adapter's")
def good():
    return output_is(evidence.block("Good", 0)["model"], "sft")


@evidence.claim("Good, PeftModel.from_pretrained: the output is the adapter's")
def good_load():
    return output_is(evidence.block("Good", 1)["model"], "sft")


# --- why


@evidence.claim("into a wrapper: every key is unexpected, and there is no warning")
def wrapper():
    seen = []
    quiet = warned(lambda: seen.append(loads_nothing(fresh(), load_file(FILE))), {"": False})
    return all_of(quiet, seen[0])


@evidence.claim("into a wrapper whose adapter has another name: the same")
def other_name():
    return loads_nothing(get_peft_model(base_model(), lora_config(), adapter_name="sft"), load_file(FILE))


@evidence.claim("into a base model: the same, also after it was wrapped")
def base():
    model = base_model()
    plain = loads_nothing(model, load_file(FILE))
    get_peft_model(model, lora_config())
    return all_of(plain, loads_nothing(model, load_file(FILE)))


@evidence.claim("what get_peft_model_state_dict() and load_peft_weights() give has the same keys as the file")
def functions():
    from peft.utils import load_peft_weights

    given = [peft.get_peft_model_state_dict(loaded()), load_peft_weights(SFT)]
    return all_of(*(loads_nothing(fresh(), weights) for weights in given))


@evidence.claim("without strict=False it raises RuntimeError")
def strict():
    return raises(RuntimeError, lambda: fresh().load_state_dict(load_file(FILE)))


# --- what looks the same and is right


@evidence.claim("keys with the adapter's name put in: the weights are loaded")
def renamed():
    model = fresh()
    weights = {key.replace(".weight", ".default.weight"): value for key, value in load_file(FILE).items()}
    model.load_state_dict(weights, strict=False)
    return output_is(model, "sft")


@evidence.claim("the whole state_dict() of another wrapper: the weights are loaded")
def whole():
    model = fresh()
    model.load_state_dict(loaded().state_dict(), strict=False)
    return output_is(model, "sft")


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the output is the adapter's")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


@evidence.claim("fix with adapter_name: the weights go to the adapter of that name")
def fix_names_adapter():
    model = get_peft_model(base_model(), lora_config(), adapter_name="sft")
    peft.set_peft_model_state_dict(model, load_file(FILE), adapter_name="sft")
    return output_is(model, "sft")


evidence.run()
