"""PEFT010: two wrappers over one base model share its layers."""

import copy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

# --- the documented examples


@evidence.claim("Bad, two adapters: both wrappers compute the second adapter")
def bad_two_adapters():
    names = evidence.block("Bad", 0)
    return all_of(output_is(names["sft"], "dpo"), output_is(names["dpo"], "dpo"))


@evidence.claim("Bad, sweep: the second checkpoint has the first run's modules, too, and does not give the second run's output")
def bad_sweep():
    needs("trl")
    model = evidence.block("Bad", 1)["model"]
    modules = saved_modules("out/k_proj-o_proj")
    same = same_output(loaded("out/k_proj-o_proj"), model)
    return len(modules) == 4 and not same, f"saved: {sorted(modules)}; reloaded == trained: {same}"


@evidence.claim("Good, one wrapper: each adapter's output after set_adapter")
def good_two_adapters():
    model = evidence.block("Good", 0)["model"]
    last = output_is(model, "dpo")
    model.set_adapter("sft")
    return all_of(last, output_is(model, "sft"))


@evidence.claim("Good, sweep: the base model is clean after each round, the second checkpoint has the second run's modules only")
def good_sweep():
    needs("trl")
    names = evidence.block("Good", 1)
    clean = output_is(names["base"], "base")
    modules = saved_modules("out/k_proj-o_proj")
    return all_of(clean, (modules == {"k_proj", "o_proj"}, f"saved: {sorted(modules)}"))


def saved_modules(path):
    return {key.split(".lora_")[0].split(".")[-1] for key in saved_keys(path)}


# --- why


@evidence.claim("wrapping changes the base model in place: the base variable computes the adapter's output")
def base_is_changed():
    base = base_model()
    PeftModel.from_pretrained(base, SFT)
    return output_is(base, "sft")


@evidence.claim("loaded under different names both wrappers compute one adapter, and set_adapter on one switches both")
def different_names():
    base = base_model()
    first = PeftModel.from_pretrained(base, SFT, adapter_name="sft")
    second = PeftModel.from_pretrained(base, DPO, adapter_name="dpo")
    expected = "dpo" if since(0, 11) else "sft"  # older versions leave the first adapter active
    before = all_of(output_is(first, expected), output_is(second, expected))
    first.set_adapter("sft")
    return all_of(before, output_is(first, "sft"), output_is(second, "sft"))


@evidence.claim("a second wrap with other targets starts from the first run's trained layers, not from the base model")
def other_targets_start():
    base = base_model()
    write_weights(get_peft_model(base, lora_config()), 1)
    return output_is(get_peft_model(base, lora_config(target_modules=["k_proj"])), "sft")


@evidence.claim("it saves them, lists only its own targets in adapter_config.json, and loads again without them")
def other_targets_saved():
    base = base_model()
    write_weights(get_peft_model(base, lora_config()), 1)
    model = get_peft_model(base, lora_config(target_modules=["k_proj"]))
    model.save_pretrained("out/second-run")
    modules, listed = saved_modules("out/second-run"), peft.PeftConfig.from_pretrained("out/second-run").target_modules
    saved = modules == {"q_proj", "v_proj", "k_proj"} and set(listed) == {"k_proj"}
    return all_of((saved, f"saved {sorted(modules)}, listed {sorted(listed)}"), output_is(loaded("out/second-run"), "base"))


@evidence.claim("warnings from 0.15: `peft_config` already found, and at get_peft_model 'for a second time'")
def warnings_by_version():
    first, second = base_model(), base_model()
    get_peft_model(first, lora_config())
    get_peft_model(second, lora_config())
    both = {SECOND_TIME: since(0, 15), ALREADY_FOUND: since(0, 15)}
    wrapping = warned(lambda: get_peft_model(first, lora_config()), both)
    expected = {SECOND_TIME: False, ALREADY_FOUND: since(0, 15)}
    return all_of(wrapping, warned(lambda: PeftModel.from_pretrained(second, SFT), expected))


@evidence.claim("after unload() a load warns of `peft_config` from 0.15 to 0.18, without cause")
def warning_after_unload():
    base = base_model()
    get_peft_model(base, lora_config()).unload()
    expected = since(0, 15) and not since(0, 19)
    loading = warned(lambda: PeftModel.from_pretrained(base, SFT), {ALREADY_FOUND: expected})
    return all_of(loading, output_is(base, "sft"))


@evidence.claim("a load onto the base variable keeps the layers of a wider, trained wrap: neither adapter's output")
def load_over_wider_wrap():
    base = base_model()
    write_weights(get_peft_model(base, lora_config(target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])), 7)
    return output_is(PeftModel.from_pretrained(base, SFT), "other")


@evidence.claim("a second wrap under another name: one adapter is switched off, the first from 0.11, the second before")
def unused_adapter():
    base = base_model()
    get_peft_model(base, lora_config(), adapter_name="first")
    model = get_peft_model(base, lora_config(), adapter_name="second")
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    train(model)
    changed = {name.split(".")[-2] for name, new in model.named_parameters() if not torch.equal(new, before[name])}
    return changed == {"second" if since(0, 11) else "first"}, f"trained: {sorted(changed)}"


# --- what looks the same and is right


@evidence.claim("wrapped again with the same targets (a notebook cell run twice): clean, and what is saved loads again")
def same_targets():
    base = base_model()
    write_weights(get_peft_model(base, lora_config()), 1)
    model = get_peft_model(base, lora_config())
    start = output_is(model, "base")
    train(model)
    return all_of(start, output_survives_reload(model, True))


@evidence.claim("a load onto the base variable of an untrained wrap with the same targets: the trained adapter's output")
def load_over_same_targets():
    base = base_model()
    get_peft_model(base, lora_config())
    return output_is(PeftModel.from_pretrained(base, SFT), "sft")


@evidence.claim("deep-copied base models are independent")
def deep_copies():
    base = base_model()
    first = PeftModel.from_pretrained(copy.deepcopy(base), SFT)
    second = PeftModel.from_pretrained(copy.deepcopy(base), DPO)
    return all_of(output_is(first, "sft"), output_is(second, "dpo"), output_is(base, "base"))


@evidence.claim("prompt tuning, prefix tuning and p-tuning leave the base model as it was")
def prompt_learning():
    base = base_model()
    for config in (peft.PromptTuningConfig, peft.PrefixTuningConfig, peft.PromptEncoderConfig):
        get_peft_model(base, config(task_type="CAUSAL_LM", num_virtual_tokens=4))
    return all_of(output_is(base, "base"), (adapter_keys(base) == [], "no adapter layers inside"))


# --- the fixes


@evidence.claim("Bad, two adapters, after PEFT Lint's fix: one wrapper with both, each with its own output")
def bad_two_adapters_fixed():
    model = evidence.fixed_block(0)["sft"]
    last = output_is(model, "dpo")
    model.set_adapter("default")
    return all_of(last, output_is(model, "sft"))


@evidence.claim("Bad, sweep, after PEFT Lint's fix: the base model is clean, the second checkpoint has its own modules only")
def bad_sweep_fixed():
    needs("trl")
    clean = output_is(evidence.fixed_block(1)["base"], "base")
    modules = saved_modules("out/k_proj-o_proj")
    return all_of(clean, (modules == {"k_proj", "o_proj"}, f"saved: {sorted(modules)}"))


@evidence.claim("fix, base = wrapper.unload(): the next wrap starts from the base model and saves its own modules only")
def fix_unloads():
    first = get_peft_model(base_model(), lora_config())
    write_weights(first, 1)
    second = get_peft_model(first.unload(), lora_config(target_modules=["k_proj"]))
    start = output_is(second, "base")
    train(second)
    return all_of(start, output_survives_reload(second, True))


@evidence.claim("fix, load_adapter: both adapters in one wrapper, each with its own output")
def fix_loads_beside():
    model = loaded(SFT, adapter_name="sft")
    model.load_adapter(DPO, adapter_name="dpo")
    before = output_is(model, "sft")
    model.set_adapter("dpo")
    return all_of(before, output_is(model, "dpo"))


evidence.run()
