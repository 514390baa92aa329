"""PEFT002: wrapping a model again throws away the trained adapter in it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

# --- the documented example


@evidence.claim("Bad: nothing is raised, and training starts from the base model")
def bad():
    model = evidence.block("Bad")["model"]
    return all_of(output_is(model, "base"), trainable_is(model, True))


@evidence.claim("Good, same adapter: starts at the trained adapter, training changes it, and what is saved loads again")
def good_continue():
    model = evidence.block("Good", 0)["model"]
    return all_of(output_is(model, "sft"), trains(model), output_survives_reload(model, True))


@evidence.claim("Good, new adapter on the merged model: starts at the trained adapter's output, and training changes it")
def good_merge():
    model = evidence.block("Good", 1)["model"]
    return all_of(output_is(model, "sft"), trainable_is(model, True), trains(model))


@evidence.claim("Good, new adapter: the adapter and the saved merged model give the trained output again")
def good_merge_reloads():
    model = evidence.block("Good", 1)["model"]
    train(model)
    model.save_pretrained("out/on-merged")
    merged = AutoModelForCausalLM.from_pretrained("out/sft-merged").eval()
    same = same_output(PeftModel.from_pretrained(merged, "out/on-merged"), model)
    return same, f"same output: {same}"


# --- why


@evidence.claim("checkpoints of the wrapped wrapper have a doubled prefix and do not load onto the base model")
def saved_with_doubled_prefix():
    model = get_peft_model(loaded(), lora_config())
    train(model)
    reload = output_survives_reload(model, False)
    keys = saved_keys("out/reloaded")
    doubled = all(key.startswith("base_model.model.base_model.model.") for key in keys)
    return all_of(reload, (doubled, keys[0]))


@evidence.claim("warnings: 'for a second time' and `peft_config` already found from 0.15, nothing before")
def warnings_by_version():
    model = loaded()
    return warned(lambda: get_peft_model(model, lora_config()), {SECOND_TIME: since(0, 15), ALREADY_FOUND: since(0, 15)})


@evidence.claim("warnings by PeftModel(...) and inject_adapter_in_model: `peft_config` already found from 0.15, alone")
def warnings_of_other_wraps():
    expected = {SECOND_TIME: False, ALREADY_FOUND: since(0, 15)}
    first, second = loaded(), loaded()
    wrapping = warned(lambda: peft.PeftModelForCausalLM(first, lora_config()), expected)
    return all_of(wrapping, warned(lambda: peft.inject_adapter_in_model(lora_config(), second), expected))


@evidence.claim("warnings of an SFTTrainer that gets the base variable and a peft_config: both from 0.15")
def warnings_of_trainer():
    base = base_model()
    PeftModel.from_pretrained(base, SFT)
    expected = {SECOND_TIME: since(0, 15), ALREADY_FOUND: since(0, 15)}
    return warned(lambda: sft_trainer(base, peft_config=lora_config()), expected)


# --- the shapes it comes in


@evidence.claim("an adapter trained in the same program: the second wrap gives the base model's output")
def trained_in_memory():
    model = fresh()
    train(model)
    before = output_is(model, "other")
    return all_of(before, output_is(get_peft_model(model, lora_config()), "base"))


@evidence.claim("an adapter whose weights were set with set_peft_model_state_dict: the second wrap gives the base model's output")
def written_in_memory():
    model = fresh()
    peft.set_peft_model_state_dict(model, peft.load_peft_weights(SFT))
    before = output_is(model, "sft")
    return all_of(before, output_is(get_peft_model(model, lora_config()), "base"))


@evidence.claim("through the variable of the base model: both models give the base model's output")
def through_base_variable():
    base = base_model()
    first = PeftModel.from_pretrained(base, SFT)
    before = output_is(first, "sft")
    second = get_peft_model(base, lora_config())
    return all_of(before, output_is(second, "base"), output_is(first, "base"))


@evidence.claim("a model from AutoPeftModelForCausalLM: the second wrap gives the base model's output")
def auto_peft_model():
    model = peft.AutoPeftModelForCausalLM.from_pretrained(SFT)
    return output_is(get_peft_model(model, lora_config()), "base")


@evidence.claim("AutoModelForCausalLM of an adapter's directory loads the adapter; wrapping it discards it")
def auto_model_of_adapter():
    model = loaded_by_transformers()
    before = output_is(model, "sft")
    return all_of(before, output_is(get_peft_model(model, lora_config()), "base"))


@evidence.claim("the same through SFTTrainer with peft_config: accepted, and starts from the base model")
def auto_model_of_adapter_in_trainer():
    trainer = sft_trainer(loaded_by_transformers(), peft_config=lora_config())
    return output_is(trainer.model, "base")


@evidence.claim("inject_adapter_in_model: the trained adapter is discarded in place")
def inject():
    model = loaded().get_base_model()
    peft.inject_adapter_in_model(lora_config(), model)
    return output_is(model, "base")


@evidence.claim("the constructor PeftModelForCausalLM(model, config): the trained adapter is discarded")
def constructor():
    return output_is(peft.PeftModelForCausalLM(loaded(), lora_config()), "base")


@evidence.claim("SFTTrainer with a PeftModel and peft_config: ValueError since TRL 0.27")
def trainer_with_peft_model():
    needs("trl")
    model = loaded()
    return raises(ValueError, lambda: sft_trainer(model, peft_config=lora_config()))


# --- what looks the same and is right


@evidence.claim("under a name of its own the new adapter leaves the trained one as it was")
def own_name():
    base = base_model()
    model = PeftModel.from_pretrained(base, SFT)
    get_peft_model(base, lora_config(), adapter_name="second")
    model.set_adapter("default")
    return output_is(model, "sft")


@evidence.claim("after unload() the wrap starts a clean adapter, and what is saved loads again")
def after_unload():
    model = get_peft_model(loaded().unload(), lora_config())
    train(model)
    return output_survives_reload(model, True)


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: starts at the trained adapter, and training changes it")
def bad_fixed():
    model = evidence.fixed_block(0)["model"]
    return all_of(output_is(model, "sft"), trains(model))


@evidence.claim("fix, wrap removed: without is_trainable=True nothing is trainable, with it training changes the adapter")
def fix_removes_wrap():
    model = loaded(is_trainable=True)
    return all_of(trainable_is(loaded(), False), output_is(model, "sft"), trains(model))


@evidence.claim("fix, merged first: starts at the trained adapter's output with a new, trainable adapter")
def fix_merges_first():
    model = get_peft_model(loaded().merge_and_unload(), lora_config())
    return all_of(output_is(model, "sft"), trains(model))


evidence.run()
