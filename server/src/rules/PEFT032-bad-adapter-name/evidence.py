"""PEFT032: names of adapters that are refused, or that lose the weights."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def named(name, **options):
    return get_peft_model(base_model(), lora_config(), adapter_name=name, **options)


def survives(name):
    """Whether an adapter of this name gives its output again after it was saved and loaded."""
    model = named(name)
    write_weights(model, 3, name)
    model.save_pretrained("out/named")
    again = PeftModel.from_pretrained(base_model(), f"out/named/{name}", adapter_name=name)
    return same_output(model, again), f"{name}: reloaded output == {'saved output' if same_output(model, again) else computes(again)}"


def lost(name):
    seen, detail = survives(name)
    return not seen, detail


# --- the documented example


@evidence.claim("Bad: the call raises KeyError")
def bad():
    return raises(KeyError, lambda: evidence.block("Bad"))


@evidence.claim("Good: the adapter has the name, and trains")
def good():
    model = evidence.block("Good")["model"]
    return all_of(("sft-v1_0" in model.peft_config, f"{list(model.peft_config)}"), trains(model))


# --- dots and nothing


@evidence.claim("a dot in the name raises KeyError in every call that makes or loads an adapter")
def dots():
    two = loaded()
    two.load_adapter(DPO, adapter_name="dpo")
    both = (["default", "dpo"], [0.5, 0.5])
    return all_of(
        raises(KeyError, lambda: PeftModel(base_model(), lora_config(), "v1.0")),
        raises(KeyError, lambda: named("v1.0", mixed=True)),
        raises(KeyError, lambda: PeftModel.from_pretrained(base_model(), SFT, adapter_name="v1.0")),
        raises(KeyError, lambda: peft.AutoPeftModelForCausalLM.from_pretrained(SFT, adapter_name="v1.0")),
        raises(KeyError, lambda: loaded().load_adapter(DPO, adapter_name="v1.0")),
        raises(KeyError, lambda: loaded().add_adapter("v1.0", lora_config())),
        raises(KeyError, lambda: peft.inject_adapter_in_model(lora_config(), base_model(), adapter_name="v1.0")),
        raises(KeyError, lambda: two.add_weighted_adapter(*both, adapter_name="v1.0", combination_type="linear")),
    )


@evidence.claim("an empty name raises KeyError")
def empty():
    return all_of(
        raises(KeyError, lambda: named("")),
        raises(KeyError, lambda: PeftModel.from_pretrained(base_model(), SFT, adapter_name="")),
        raises(KeyError, lambda: loaded().load_adapter(DPO, adapter_name="")),
        raises(KeyError, lambda: loaded().add_adapter("", lora_config())),
    )


@evidence.claim("the same of other types of adapters")
def types():
    targets = {"target_modules": ["q_proj"]}
    prompt = {"task_type": "CAUSAL_LM", "num_virtual_tokens": 4}
    configs = {
        "IA3Config": {**targets, "feedforward_modules": []},
        "LoHaConfig": targets,
        "LoKrConfig": targets,
        "OFTConfig": targets,
        "VeraConfig": targets,
        "HRAConfig": targets,
        "FourierFTConfig": {**targets, "n_frequency": 10},
        "MissConfig": {**targets, "r": 4},
        "PromptTuningConfig": prompt,
        "PromptEncoderConfig": {**prompt, "encoder_hidden_size": 8},
    }
    made = [getattr(peft, name)(**fields) for name, fields in configs.items() if hasattr(peft, name)]
    return all_of(
        *(raises(KeyError, lambda: get_peft_model(base_model(), config, adapter_name="v1.0")) for config in made)
    )


@evidence.claim("transformers: a dot raises KeyError, an empty name is none")
def by_transformers():
    loaded_by_transformers()
    model = base_model()
    model.add_adapter(lora_config(), adapter_name="")
    return all_of(
        raises(KeyError, lambda: base_model().add_adapter(lora_config(), adapter_name="v1.0")),
        raises(KeyError, lambda: base_model().load_adapter(SFT, adapter_name="v1.0")),
        (list(model.peft_config) == ["default"], f"{list(model.peft_config)}"),
    )


# --- a name that is taken


@evidence.claim("add_adapter with a name that is taken: ValueError in 0.21, up to 0.18 the adapter is a new one")
def taken():
    model = loaded()
    if since(0, 21):
        return raises(ValueError, lambda: model.add_adapter("default", lora_config()))
    if since(0, 19):
        raise Skip("not claimed of 0.19 and 0.20")
    model.add_adapter("default", lora_config())
    return output_is(model, "base")


@evidence.claim("load_adapter with a name that is taken replaces the weights")
def loaded_again():
    model = loaded()
    model.load_adapter(DPO, adapter_name="default")
    return output_is(model, "dpo")


# --- steps of the keys


@evidence.claim("an adapter named as a step of the keys begins: lost up to 0.15, whole from 0.18 on")
def steps():
    if since(0, 16) and not since(0, 18):
        raise Skip("0.16 and 0.17 were tried elsewhere: lost")
    judge = survives if since(0, 18) else lost
    return all_of(*(judge(name) for name in ("lora", "lor", "lora_", "lora_A", "lora_B", "model", "m", "weight", "w")))


@evidence.claim("other names survive in every version")
def others():
    return all_of(*(survives(name) for name in ("sft", "a", "base", "policy", "LORA")))


# --- the fix


@evidence.claim("Bad, after PEFT Lint's fix: the adapter trains")
def bad_fixed():
    return trains(evidence.fixed_block(0)["model"])


evidence.run()
