"""PEFT030: calls that a model in its state, or a PeftModel at all, cannot answer."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import AdaptionPromptConfig, AutoPeftModelForCausalLM, PrefixTuningConfig, PromptTuningConfig

evidence = Evidence(__file__)

ONLY_PEFT = [
    "merge_and_unload",
    "unload",
    "merge_adapter",
    "get_base_model",
    "print_trainable_parameters",
    "disable_adapter",
    "add_weighted_adapter",
]


def prompted():
    return get_peft_model(base_model(), PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4))


# --- the documented examples


@evidence.claim("Bad: a model that transformers loaded from an adapter's folder has no merge_and_unload")
def bad():
    loaded_by_transformers()
    return raises(AttributeError, lambda: evidence.block("Bad", 0))


@evidence.claim("Bad: set_adapter with a list raises TypeError")
def bad_list():
    return raises(TypeError, lambda: evidence.block("Bad", 1))


@evidence.claim("Good: the merged model gives the trained output")
def good():
    return output_is(evidence.block("Good", 0)["model"], "sft")


@evidence.claim("Good: the tuner makes both adapters active")
def good_list():
    model = evidence.block("Good", 1)["model"]
    seen = set(model.base_model.active_adapters)
    return all_of((seen == {"default", "dpo"}, f"active: {sorted(seen)}"), output_is(model, "other"))


# --- methods that are not there


@evidence.claim("after load_adapter of transformers none of PEFT's methods is there, and the adapter is active")
def by_load_adapter():
    loaded_by_transformers()
    model = base_model()
    model.load_adapter(SFT)
    return all_of(*(raises(AttributeError, lambda: getattr(model, name)) for name in ONLY_PEFT), output_is(model, "sft"))


@evidence.claim("what merge_and_unload() returned has none of PEFT's methods")
def twice():
    model = loaded().merge_and_unload()
    return all_of(*(raises(AttributeError, lambda: getattr(model, name)) for name in ONLY_PEFT), output_is(model, "sft"))


@evidence.claim("the base variable beside its wrapper has none of PEFT's methods")
def base_variable():
    base = base_model()
    get_peft_model(base, lora_config())
    return all_of(*(raises(AttributeError, lambda: getattr(base, name)) for name in ONLY_PEFT))


@evidence.claim("a prompt cannot be merged or unloaded")
def prompts():
    return all_of(
        raises(AttributeError, lambda: prompted().merge_and_unload()),
        raises(AttributeError, lambda: prompted().unload()),
        raises(AttributeError, lambda: prompted().merge_adapter()),
    )


@evidence.claim("the same of prefix tuning")
def prefix():
    if not since(0, 18):
        raise Skip("prefix tuning of old PEFT with transformers 5 was not tried")
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)
    return raises(AttributeError, lambda: get_peft_model(base_model(), config).merge_and_unload())


@evidence.claim("the same of adaption prompts")
def adaption():
    if not since(0, 18):
        raise Skip("adaption prompts of old PEFT do not work with transformers 5")
    config = AdaptionPromptConfig(task_type="CAUSAL_LM", adapter_len=4, adapter_layers=1)
    return raises(AttributeError, lambda: get_peft_model(base_model(), config).merge_and_unload())


@evidence.claim("saving a PeftMixedModel raises NotImplementedError")
def mixed():
    model = get_peft_model(base_model(), lora_config(), mixed=True)
    return raises(NotImplementedError, lambda: model.save_pretrained("out/mixed"))


# --- arguments


@evidence.claim("PeftModel.from_pretrained with one argument raises TypeError")
def one_argument():
    return all_of(
        raises(TypeError, lambda: PeftModel.from_pretrained(SFT)),
        raises(TypeError, lambda: PeftModel.from_pretrained(base_model())),
    )


@evidence.claim("a path in the model's place raises AttributeError, a model in the path's place TypeError")
def path_first():
    return all_of(
        raises(AttributeError, lambda: PeftModel.from_pretrained(BASE, SFT)),
        raises(TypeError, lambda: PeftModel.from_pretrained(SFT, base_model())),
    )


@evidence.claim("a config as the third argument raises TypeError, as `config=` it loads")
def config_third():
    config = lora_config()
    model = PeftModel.from_pretrained(base_model(), SFT, config=config)
    return all_of(
        raises(TypeError, lambda: PeftModel.from_pretrained(base_model(), SFT, lora_config())), output_is(model, "sft")
    )


@evidence.claim("add_adapter(config, name) of a PeftModel: AttributeError up to 0.18, TypeError in 0.21")
def swapped():
    if since(0, 19) and not since(0, 21):
        raise Skip("not claimed of 0.19 and 0.20")
    return raises(TypeError if since(0, 21) else AttributeError, lambda: fresh().add_adapter(lora_config(), "second"))


@evidence.claim("add_adapter(name, config) of transformers raises TypeError, (config, name) works")
def swapped_on_plain():
    loaded_by_transformers()
    seen = raises(TypeError, lambda: base_model().add_adapter("second", lora_config()))
    model = base_model()
    model.add_adapter(lora_config(), "second")
    return all_of(seen, (bool(adapter_keys(model)), "the adapter is there"))


@evidence.claim("load_adapter(path) of a PeftModel raises TypeError, of transformers it loads")
def no_name():
    seen = raises(TypeError, lambda: fresh().load_adapter(DPO))
    if not since(0, 20):
        return seen
    model = base_model()
    model.load_adapter(DPO)
    return all_of(seen, output_is(model, "dpo"))


@evidence.claim("a mixed model takes a list")
def mixed_list():
    model = get_peft_model(base_model(), lora_config(), mixed=True)
    model.add_adapter("second", lora_config())
    model.set_adapter(["default", "second"])
    seen = sorted(model.active_adapters)
    return seen == ["default", "second"], f"active: {seen}"


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the merged model gives the trained output")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


@evidence.claim("Bad, after PEFT Lint's fix: both adapters are active")
def bad_list_fixed():
    model = evidence.fixed_block(1)["model"]
    seen = set(model.base_model.active_adapters)
    return seen == {"default", "dpo"}, f"active: {sorted(seen)}"


@evidence.claim("AutoPeftModelForCausalLM of an adapter's folder gives the trained output, merged as well")
def auto():
    model = AutoPeftModelForCausalLM.from_pretrained(SFT)
    return all_of(output_is(model, "sft"), output_is(model.merge_and_unload(), "sft"))


evidence.run()
