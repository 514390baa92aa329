"""PEFT001: an adapter loaded onto a model that is wrapped already is not loaded."""

import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

# --- the documented example


@evidence.claim("Bad: the load raises nothing, the output equals the base model's, nothing is trainable")
def bad():
    model = evidence.block("Bad")["model"]
    return all_of(output_is(model, "base"), trainable_is(model, False))


@evidence.claim("Good, inference: the output equals the trained adapter's")
def good_inference():
    return output_is(evidence.block("Good", 0)["model"], "sft")


@evidence.claim("Good, training on: starts at the trained adapter, and training changes it")
def good_training():
    model = evidence.block("Good", 1)["model"]
    return all_of(output_is(model, "sft"), trainable_is(model, True), trains(model))


@evidence.claim("Good, one more adapter: load_adapter and set_adapter give the trained adapter's output")
def good_load_adapter():
    return output_is(evidence.block("Good", 2)["model"], "sft")


# --- why


@evidence.claim("the keys of the doubled wrapper have a doubled prefix, the checkpoint's have not")
def doubled_prefix():
    prefix = "base_model.model."
    keys = adapter_keys(PeftModel.from_pretrained(fresh(), SFT))
    saved = saved_keys(SFT)
    doubled = all(key.startswith(prefix * 2) for key in keys) and not any(key.startswith(prefix * 2) for key in saved)
    return doubled, f"{keys[0]} against {saved[0]}"


@evidence.claim("an adapter of the same name that was trained in memory is re-initialised by the load")
def trained_in_memory_is_lost():
    model = fresh()
    write_weights(model, 7)
    before = output_is(model, "other")
    PeftModel.from_pretrained(model, SFT)
    return all_of(before, output_is(model, "base"))


@evidence.claim("warnings: missing adapter keys from 0.14, `peft_config` already found from 0.15, 'second time' never")
def warnings_by_version():
    expected = {MISSING_KEYS: since(0, 14), ALREADY_FOUND: since(0, 15), SECOND_TIME: False}
    model = fresh()
    return warned(lambda: PeftModel.from_pretrained(model, SFT), expected)


@evidence.claim("merge_and_unload() afterwards: up to 0.18 a 40-byte adapter is saved, from 0.19 an AttributeError")
def merging_afterwards():
    model = PeftModel.from_pretrained(fresh(), SFT)
    if since(0, 19):
        return raises(AttributeError, model.merge_and_unload)
    merged = model.merge_and_unload()
    merged.save_pretrained("out/merged")
    size = Path("out/merged/adapter_model.safetensors").stat().st_size
    return isinstance(merged, PeftModel) and size == 40, f"{type(merged).__name__}, {size} bytes"


# --- the shapes it comes in


@evidence.claim("with an adapter name of its own: the output equals the base model's")
def own_adapter_name():
    return output_is(PeftModel.from_pretrained(fresh(), SFT, adapter_name="trained"), "base")


@evidence.claim("with another config in the wrapper: the output equals the base model's")
def other_config():
    return output_is(PeftModel.from_pretrained(fresh(r=8, target_modules=["q_proj", "k_proj"]), SFT), "base")


@evidence.claim("onto the wrapper's .base_model (the tuner): the output equals the base model's")
def onto_tuner():
    return output_is(PeftModel.from_pretrained(fresh().base_model, SFT), "base")


@evidence.claim("onto a wrapper whose unload() result was thrown away: the output equals the base model's")
def onto_unloaded_shell():
    model = fresh()
    model.unload()
    return output_is(PeftModel.from_pretrained(model, SFT), "base")


@evidence.claim("onto a wrapper whose merge_and_unload() result was thrown away: the output equals the merged model's")
def onto_merged_shell():
    model = loaded(DPO)
    model.merge_and_unload()
    return output_is(PeftModel.from_pretrained(model, SFT), "dpo")


@evidence.claim("onto a model that another adapter was loaded onto: both are lost, the output equals the base model's")
def onto_loaded():
    first = loaded(DPO)
    second = PeftModel.from_pretrained(first, SFT)
    return all_of(output_is(second, "base"), output_is(first, "base"))


@evidence.claim("onto a model from AutoPeftModelForCausalLM: the output equals the base model's")
def onto_auto_peft_model():
    return output_is(PeftModel.from_pretrained(peft.AutoPeftModelForCausalLM.from_pretrained(SFT), SFT), "base")


@evidence.claim("onto trainer.model of an SFTTrainer with peft_config: the output equals the base model's")
def onto_trainer_model():
    trainer = sft_trainer(base_model(), peft_config=lora_config())
    return output_is(PeftModel.from_pretrained(trainer.model, SFT), "base")


@evidence.claim("onto trainer.model.base_model: the output equals the base model's")
def onto_trainer_tuner():
    trainer = sft_trainer(base_model(), peft_config=lora_config())
    return output_is(PeftModel.from_pretrained(trainer.model.base_model, SFT), "base")


@evidence.claim("a LoRA adapter onto a prompt-tuning wrapper: the output equals the base model's")
def onto_prompt_tuning():
    return output_is(PeftModel.from_pretrained(fresh_prompt(), SFT), "base")


@evidence.claim("a trained prompt onto a prompt-tuning wrapper: both prompts are in front, not the trained model")
def prompt_onto_prompt():
    save_trained_prompt()
    doubled, right = PeftModel.from_pretrained(fresh_prompt(), "out/prompt"), loaded("out/prompt")
    added = [output(model).shape[1] - PROMPT.shape[1] for model in (right, doubled)]
    return added == [4, 8], f"virtual tokens: {added[0]} loaded onto the base model, {added[1]} loaded onto the wrapper"


def fresh_prompt():
    return get_peft_model(base_model(), peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4))


def save_trained_prompt():
    model = fresh_prompt()
    torch.manual_seed(3)
    for parameter in model.prompt_encoder.parameters():
        parameter.data = torch.randn_like(parameter)
    model.save_pretrained("out/prompt")


@evidence.claim("a model without a task type (huggingface/peft#2115): the trained layers are not loaded")
def linear_model():
    def network():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)).eval()

    config = LoraConfig(r=4, target_modules=["0"])
    trained = get_peft_model(network(), config)
    write_weights(trained, 3)
    trained.save_pretrained("out/linear")
    data = torch.ones(1, 8)
    wrong = PeftModel.from_pretrained(get_peft_model(network(), LoraConfig(r=4, target_modules=["0"])), "out/linear")
    right = PeftModel.from_pretrained(network(), "out/linear")
    wrong_is_base = torch.allclose(wrong(data), network()(data), atol=1e-6)
    right_is_trained = torch.allclose(right(data), trained(data), atol=1e-6)
    return wrong_is_base and right_is_trained, f"wrong == base: {wrong_is_base}; right == trained: {right_is_trained}"


@evidence.claim("a loader that wraps as often as the trainer did finds its keys again")
def doubled_on_both_sides():
    model = get_peft_model(fresh(), lora_config())
    write_weights(model, 1)
    model.save_pretrained("out/doubled")
    return output_is(PeftModel.from_pretrained(fresh(), "out/doubled"), "sft")


# --- what looks the same and is right


@evidence.claim("onto get_base_model(): the output equals the trained adapter's")
def onto_get_base_model():
    return output_is(PeftModel.from_pretrained(fresh().get_base_model(), SFT), "sft")


@evidence.claim("onto .base_model.model: the output equals the trained adapter's")
def onto_core():
    return output_is(PeftModel.from_pretrained(fresh().base_model.model, SFT), "sft")


@evidence.claim("a trained prompt onto an untrained LoRA wrapper: the trained prompt's output")
def prompt_onto_untrained_lora():
    save_trained_prompt()
    same = same_output(PeftModel.from_pretrained(fresh(), "out/prompt"), loaded("out/prompt"))
    return same, f"same output: {same}"


@evidence.claim("onto the variable that still names the base model: the output equals the trained adapter's")
def onto_base_variable():
    base = base_model()
    get_peft_model(base, lora_config())
    return output_is(PeftModel.from_pretrained(base, SFT), "sft")


@evidence.claim("the same where the wrapper's adapter has another name: trained adapter from 0.11, base model before")
def onto_base_variable_other_name():
    base = base_model()
    get_peft_model(base, lora_config(), adapter_name="first")
    return output_is(PeftModel.from_pretrained(base, SFT), "sft" if since(0, 11) else "base")


@evidence.claim("onto the result of unload(): the output equals the trained adapter's")
def onto_unload_result():
    return output_is(PeftModel.from_pretrained(fresh().unload(), SFT), "sft")


@evidence.claim("onto the base variable after unload(): the output equals the trained adapter's")
def onto_base_variable_after_unload():
    base = base_model()
    get_peft_model(base, lora_config()).unload()
    return output_is(PeftModel.from_pretrained(base, SFT), "sft")


@evidence.claim("onto the result of merge_and_unload() of an untrained adapter: the output equals the trained adapter's")
def onto_merge_result():
    return output_is(PeftModel.from_pretrained(fresh().merge_and_unload(), SFT), "sft")


@evidence.claim("onto the result of merge_and_unload() of a trained one: the new adapter is stacked on the merged model")
def stacked_on_merge():
    merged = loaded(DPO).merge_and_unload()
    before = output_is(merged, "dpo")
    return all_of(before, output_is(PeftModel.from_pretrained(merged, SFT), "other"))


@evidence.claim("set_peft_model_state_dict on a wrapper: the output equals the trained adapter's, still trainable")
def state_dict_into_wrapper():
    model = fresh()
    peft.set_peft_model_state_dict(model, peft.load_peft_weights(SFT))
    return all_of(output_is(model, "sft"), trainable_is(model, True))


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the output equals the trained adapter's")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "sft")


@evidence.claim("fix, wrap removed: without is_trainable=True the adapter is frozen, with it training changes it")
def fix_removes_wrap():
    trainable = loaded(is_trainable=True)
    return all_of(trainable_is(loaded(), False), output_is(trainable, "sft"), trains(trainable))


@evidence.claim("fix, load_adapter: without set_adapter still the base model's output, with it the trained adapter's")
def fix_loads_beside():
    model = fresh()
    model.load_adapter(SFT, adapter_name="sft")
    before = output_is(model, "base")
    model.set_adapter("sft")
    return all_of(before, output_is(model, "sft"))


@evidence.claim("fix, load_adapter into 'default': right with the same config, wrong scale with another lora_alpha")
def fix_loads_in_place():
    same, scaled = fresh(), fresh(lora_alpha=64)
    same.load_adapter(SFT, adapter_name="default")
    scaled.load_adapter(SFT, adapter_name="default")
    return all_of(output_is(same, "sft"), output_is(scaled, "other"))


@evidence.claim("fix, load_adapter into 'default': with another r it raises")
def fix_loads_in_place_other_rank():
    return raises(RuntimeError, lambda: fresh(r=16).load_adapter(SFT, adapter_name="default"))


# --- the checks that the editor offers to insert after a load


def weights_are_loaded(model):
    assert any(p.abs().max() > 0 for n, p in model.named_parameters() if "lora_B" in n or "lora_embedding_B" in n), "adapter not loaded"


def output_differs(model):
    inputs = {name: value.to(model.device) for name, value in model.dummy_inputs.items()}
    adapted = model(**inputs).logits
    with model.disable_adapter():
        assert not adapted.allclose(model(**inputs).logits), "adapter not loaded"


@evidence.claim("the checks to insert after a load hold after a right one, trainable or not")
def checks_hold():
    for model in (loaded(), loaded(is_trainable=True)):
        weights_are_loaded(model)
        output_differs(model)
    return True, "both hold"


@evidence.claim("the checks to insert after a load fail after a load onto a wrapper")
def checks_fail():
    model = PeftModel.from_pretrained(fresh(lora_dropout=0.5), SFT, is_trainable=True)
    return all_of(
        raises(AssertionError, lambda: weights_are_loaded(model)),
        raises(AssertionError, lambda: output_differs(model)),
    )


# --- the snippets


def snippet(prefix):
    """The text that a snippet leaves when nothing is changed in it."""
    path = Path(__file__).resolve().parents[4] / "snippets" / "python.json"
    [body] = [one["body"] for one in json.loads(path.read_text(encoding="utf-8")).values() if prefix in one["prefix"]]
    code = re.sub(r"\$\{\d+:([^}]*)\}|\$0", lambda match: match.group(1) or "", "\n".join(body))
    data = "from datasets import Dataset\ndataset = Dataset.from_dict({'text': ['w1 w2 w3 w4 w5'] * 8})\n"
    return data + code.replace("SFTConfig(", "SFTConfig(max_steps=1, report_to=[], learning_rate=0.05, ")


@evidence.claim("snippet peft-load: the model gives the trained output")
def snippet_load():
    return output_is(execute(snippet("peft-load"))["model"], "sft")


@evidence.claim("snippets peft-train, peft-resume: training changes the adapter, and what is saved gives the same output")
def snippets_train():
    needs("trl")
    if not since(0, 8):
        raise Skip(f"PEFT {peft.__version__} does not know target_modules=\"all-linear\"")
    seen = []
    for prefix, before in (("peft-train", "base"), ("peft-resume", "sft")):
        model = execute(snippet(prefix))["model"]
        reloaded = PeftModel.from_pretrained(base_model(), "out/adapter")
        seen.append((computes(model) != before and same_output(model, reloaded), f"{prefix}: output != {before}, reloaded == saved"))
    return all_of(*seen)


# --- the scripts of docs/comparison.md


def comparison(prefix):
    """What the models of these scripts compute at their end, by script."""
    folder = Path(__file__).resolve().parents[4] / "test" / "comparison" / "scripts"
    return {path.stem: computes(execute(path.read_text(encoding="utf-8"))["model"]) for path in sorted(folder.glob(f"{prefix}_*.py"))}


@evidence.claim("each wrong script of the comparison ends with a model that computes what the base model computes")
def comparison_wrong():
    seen = comparison("wrong")
    return set(seen.values()) == {"base"}, f"{len(seen)} scripts: {', '.join(sorted(set(seen.values())))}"


@evidence.claim("each right script of the comparison ends with a model that computes something else")
def comparison_right():
    needs("trl")
    seen = comparison("right")
    return len(seen) > 0 and "base" not in seen.values(), f"{len(seen)} scripts: {', '.join(sorted(set(seen.values())))}"


evidence.run()
