"""PEFT006: the network saved with adapter layers inside comes back with random weights in their place."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def clean(path):
    """Examples save into one folder: what is left of an earlier one would be loaded as well."""
    shutil.rmtree(path, ignore_errors=True)


def whole(path):
    return AutoModelForCausalLM.from_pretrained(path)


def renamed(path):
    from safetensors import safe_open

    with safe_open(f"{path}/model.safetensors", framework="pt") as file:
        keys = [key for key in file.keys() if ".base_layer." in key]
    return len(keys) > 0, f"{len(keys)} keys with base_layer"


def is_random(path):
    first, second = whole(path), whole(path)
    weights = [model.state_dict()["model.layers.0.self_attn.q_proj.weight"] for model in (first, second)]
    same = torch.equal(*weights)
    return not same, "q_proj " + ("is the same in two loads" if same else "differs from load to load")


def comes_back_random(path):
    return all_of(renamed(path), output_is(whole(path), "other"), is_random(path))


def adapter_from(path):
    keys = saved_keys(path)
    return len(keys) > 0 and not Path(path, "model.safetensors").exists(), f"an adapter of {len(keys)} tensors"


# --- the documented examples


@evidence.claim("Bad: the variable that the trainer was given comes back with random layers")
def bad_trainer():
    needs("trl")
    clean("out/model")
    evidence.block("Bad", 0)
    return comes_back_random("out/model")


@evidence.claim("Bad: get_base_model() comes back with random layers")
def bad_inside():
    clean("out/model")
    evidence.block("Bad", 1)
    return comes_back_random("out/model")


@evidence.claim("Good: the trainer saves the adapter, which loads as it was trained")
def good_trainer():
    needs("trl")
    clean("out/model")
    names = evidence.block("Good", 0)
    again = PeftModel.from_pretrained(base_model(), "out/model")
    return all_of(adapter_from("out/model"), (same_output(names["trainer"].model, again), "same output"))


@evidence.claim("Good: the merged model gives the trained output")
def good_merged():
    clean("out/model")
    evidence.block("Good", 1)
    return output_is(whole("out/model"), "sft")


# --- other ways to the same network


@evidence.claim("the base variable, .base_model and .base_model.model come back with random layers")
def other_ways():
    base = base_model()
    model = PeftModel.from_pretrained(base, SFT)
    base.save_pretrained("out/variable")
    model.base_model.save_pretrained("out/tuner")
    model.base_model.model.save_pretrained("out/through")
    return all_of(*(comes_back_random(f"out/{name}") for name in ("variable", "tuner", "through")))


@evidence.claim("so does the base variable where the wrapper was dropped")
def dropped():
    base = base_model()
    get_peft_model(base, lora_config())
    base.save_pretrained("out/dropped")
    return comes_back_random("out/dropped")


@evidence.claim("after merge_adapter() the layers are still there")
def merged_in_place():
    model = loaded()
    model.merge_adapter()
    model.get_base_model().save_pretrained("out/in-place")
    return comes_back_random("out/in-place")


@evidence.claim("a trainer made over the base model before the wrap saves it with the layers")
def trainer_before():
    base = base_model()
    arguments = transformers.TrainingArguments(output_dir="out/before", report_to=[], use_cpu=True)
    trainer = transformers.Trainer(model=base, args=arguments)
    PeftModel.from_pretrained(base, SFT)
    trainer.save_model("out/by-trainer")
    return comes_back_random("out/by-trainer")


@evidence.claim("IA3 layers come back random as well")
def other_method():
    config = peft.IA3Config(target_modules=["q_proj", "v_proj"], feedforward_modules=[], task_type="CAUSAL_LM")
    model = get_peft_model(base_model(), config)
    model.get_base_model().save_pretrained("out/ia3")
    return comes_back_random("out/ia3")


# --- what looks the same and is right


@evidence.claim("after merge_and_unload() the base variable is whole")
def merged():
    base = base_model()
    PeftModel.from_pretrained(base, SFT).merge_and_unload()
    base.save_pretrained("out/merged")
    return output_is(whole("out/merged"), "sft")


@evidence.claim("an adapter of transformers' own is saved as an adapter")
def own_adapter():
    model = base_model()
    try:
        model.add_adapter(lora_config())
    except Exception as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to add adapters: {error}") from error
    model.save_pretrained("out/own")
    return adapter_from("out/own")


@evidence.claim("prompt tuning leaves the base model as it is")
def prompt():
    config = peft.PromptTuningConfig(num_virtual_tokens=4, task_type="CAUSAL_LM")
    model = get_peft_model(base_model(), config)
    model.get_base_model().save_pretrained("out/prompt")
    return output_is(whole("out/prompt"), "base")


@evidence.claim("beside the adapter in one folder: the adapter is what is loaded from there")
def beside():
    model = loaded()
    model.save_pretrained("out/beside")
    model.base_model.save_pretrained("out/beside")
    return output_is(PeftModel.from_pretrained(base_model(), "out/beside"), "sft")


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the adapter loads as it was trained")
def trainer_fixed():
    needs("trl")
    clean("out/model")
    names = evidence.fixed_block(0)
    again = PeftModel.from_pretrained(base_model(), "out/model")
    return all_of(adapter_from("out/model"), (same_output(names["trainer"].model, again), "same output"))


@evidence.claim("Bad, after PEFT Lint's second fix: the adapter gives the trained output")
def inside_fixed():
    clean("out/model")
    evidence.fixed_block(1)
    return output_is(PeftModel.from_pretrained(base_model(), "out/model"), "sft")


evidence.run()
